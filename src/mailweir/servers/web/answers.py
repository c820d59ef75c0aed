"""Answers without the framework: the few that are sent in front of it."""

from http import HTTPStatus
from typing import Final

import msgspec
from litestar.types import Send

from mailweir.servers.web.door import WebFacts
from mailweir.servers.web.errors import Problem, error_body, problem
from mailweir.servers.web.security_headers import Secured, secured

_POLLED: Final = tuple(
    secured([(b"content-type", b"application/json"), (b"cache-control", b"private, no-cache")])
)
_WAITED: Final = tuple(secured([(b"content-type", b"application/json")]))


async def send_json(body: bytes, etag: bytes, send: Send) -> None:
    """200 with JSON that may be kept, if its freshness is asked for each time."""
    fields = Secured((*_POLLED, (b"content-length", b"%d" % len(body)), (b"etag", etag)))
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def send_answer(status: HTTPStatus, body: bytes, send: Send) -> None:
    """JSON that nobody keeps."""
    fields = Secured((*_WAITED, (b"content-length", b"%d" % len(body))))
    await send({"type": "http.response.start", "status": status.value, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def send_unchanged(etag: bytes, send: Send) -> None:
    """304: the client has it."""
    fields = Secured((*_POLLED, (b"etag", etag)))
    await send({"type": "http.response.start", "status": 304, "headers": fields})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def send_error(error: Exception, facts: WebFacts, where: str, send: Send) -> None:
    """What an exception looks like to a program; what is our own fault is reported."""
    found = problem(error)
    if found.unexpected:
        facts.report(error, where)
    body = error_body(found, status_url=facts.status_url, community_url=facts.community_url)
    await _send(found, msgspec.json.encode(body), send)


async def send_problem(found: Problem, send: Send) -> None:
    """An error in the request itself."""
    await _send(found, msgspec.json.encode(error_body(found)), send)


async def _send(found: Problem, body: bytes, send: Send) -> None:
    headers = {"content-type": "application/json", "content-length": str(len(body)), **found.headers}
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": found.status.value, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": False})
