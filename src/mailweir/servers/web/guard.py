"""What stands in front of the framework.

It refuses requests that could be read in two ways, bounds every body in length and time, and sees
that every answer carries the security headers.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import unquote

from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPScope,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
    WebSocketScope,
)

from mailweir.policy.networks import Network, client_behind
from mailweir.servers.web.answers import send_problem
from mailweir.servers.web.errors import (
    RequestError,
    TooLargeError,
    TooSlowError,
    WrongRequestError,
    WrongTypeError,
    problem,
)
from mailweir.servers.web.live import Live, refuse
from mailweir.servers.web.security_headers import securing

BODY_OCTETS: Final = 1024 * 1024
"""The longest body of any route but the one that takes whole messages."""

_BODY_WAIT: Final = 30.0  # seconds for the next piece of a body; a phone in a tunnel is back by then
# A client that is still writing does not read our answer: so much more is thrown away first, for so long.
_DISCARDED_OCTETS: Final = 8 * 1024 * 1024
_DISCARDING: Final = 1.0

_LENGTH_DIGITS: Final = 15  # a pebibyte
_SEVERAL: Final = 2  # one that is no host counts as too many
_HOST: Final = re.compile(rb"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_Received = HTTPReceiveMessage | WebSocketReceiveMessage
_MESSAGE_ROUTE: Final = re.compile(r"/api/addresses/[^/]+/messages/?")


class Guard:
    """Wraps the whole application. `message_size_limit` in octets, 0 for none."""

    def __init__(
        self,
        app: ASGIApp,
        live: Live,
        *,
        message_size_limit: int,
        report: Callable[[BaseException, str], None],
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._app = app
        self._live = live
        self._message_size_limit = message_size_limit
        self._report = report
        self._trusted = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if self._trusted:
            _look_behind(scope, self._trusted)
        if scope["type"] == "websocket":
            try:
                _framing(scope)
            except RequestError as error:
                await refuse(error, send)
            else:
                await self._live(scope, receive, send)
            return
        assert scope["type"] == "http"  # noqa: S101  no lifespan is asked for
        send = securing(send)
        try:
            receive = await self._checked(scope, receive)
        except RequestError as error:
            await send_problem(problem(error), send)
            return
        try:
            await self._app(_readable(scope), receive, send)
        except Exception as error:  # noqa: BLE001  the answer had begun: the server closes, the task must not die
            self._report(error, "after the answer began")

    async def _checked(self, scope: HTTPScope, receive: Receive) -> Receive:
        """A `receive` whose body is bounded. Raises RequestError for a request that is not served."""
        length, chunked = _framing(scope)
        if not length and not chunked:
            return receive
        _check_coding(scope)
        takes_message = scope["method"] == "POST" and _MESSAGE_ROUTE.fullmatch(scope["path"])
        limit = (self._message_size_limit or None) if takes_message else BODY_OCTETS
        body = _Body(receive, limit)
        if limit is not None and length is not None and length > limit:
            await body.refuse(waiting=_waits(scope))
        if takes_message:
            return body.next
        return await body.whole()


def _look_behind(scope: HTTPScope | WebSocketScope, trusted: Sequence[Network]) -> None:
    """Has a request come from where its client is, behind the proxies that may say so."""
    client = scope["client"]
    if client is None:
        return
    lines = (value for name, value in scope["headers"] if name == b"x-forwarded-for")
    behind = client_behind(client[0], b",".join(lines).decode("latin-1"), trusted)
    if behind != client[0]:
        scope["client"] = (behind, 0)


class _Body:
    """One request's body on its way in."""

    def __init__(self, receive: Receive, limit: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self._octets = 0
        self._ended = False

    async def next(self) -> _Received:
        """The next piece. Raises TooLargeError, TooSlowError, and WrongRequestError when it breaks off."""
        if self._ended:
            return await self._receive()
        try:
            async with asyncio.timeout(_BODY_WAIT):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlowError(f"The body paused for more than {_BODY_WAIT:.0f} seconds.") from error
        if message["type"] != "http.request":
            raise WrongRequestError("The connection ended before the body did.")
        self._ended = not message["more_body"]
        self._octets += len(message["body"])
        if self._limit is not None and self._octets > self._limit:
            await self.refuse()
        return message

    async def whole(self) -> Receive:
        """Reads to the end; the returned `receive` gives it in one piece."""
        pieces: list[bytes] = []
        while not self._ended:
            message = await self.next()
            if message["type"] == "http.request":
                pieces.append(message["body"])
        given = False

        async def receive() -> _Received:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": b"".join(pieces), "more_body": False}

        return receive

    async def refuse(self, *, waiting: bool = False) -> None:
        """Throws a bounded rest away, then raises TooLargeError; of who is `waiting` nothing is coming."""
        discarded = 0
        try:
            async with asyncio.timeout(_DISCARDING):
                while not (self._ended or waiting) and discarded < _DISCARDED_OCTETS:
                    message = await self._receive()
                    if message["type"] != "http.request":
                        break
                    self._ended = not message["more_body"]
                    discarded += len(message["body"])
        except TimeoutError:
            pass
        raise TooLargeError(f"The body is longer than the {self._limit} octets that are allowed here.")


def _framing(scope: HTTPScope | WebSocketScope) -> tuple[int | None, bool]:
    """How long the body is said to be, and whether it comes in chunks. Raises WrongRequestError.

    RFC 9112 §6.1 and §3.2: what two servers in a row might understand differently is not served.
    """
    length: int | None = None
    chunked, hosts = False, 0
    for name, value in scope["headers"]:
        if name == b"content-length":
            if length is not None or not value.isdigit() or len(value) > _LENGTH_DIGITS:
                raise WrongRequestError("Content-Length must be one number.")
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
        elif name == b"host":
            hosts += _HOST.fullmatch(value) is not None or _SEVERAL
    if chunked and length is not None:
        raise WrongRequestError("A request has either Content-Length or Transfer-Encoding, not both.")
    if hosts > 1 or (not hosts and scope["http_version"] != "1.0"):
        raise WrongRequestError("A request needs one Host header that is a name or an address with a port.")
    return length, chunked


def _waits(scope: HTTPScope) -> bool:
    """RFC 9110 §10.1.1: whether the client sends its body once it was told to go on."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"])


def _check_coding(scope: HTTPScope) -> None:
    """Raises WrongTypeError for a body that is compressed: nothing here unpacks one (RFC 9110 §15.5.16)."""
    for name, value in scope["headers"]:
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise WrongTypeError("Send the body as it is, without Content-Encoding.")


def _readable(scope: HTTPScope) -> HTTPScope:
    """The scope as the router reads it: HEAD is a GET whose body the server leaves out (RFC 9110 §9.3.2).

    A slash that was encoded stays one: each segment of the path is decoded on its own, and its slashes
    and percent signs are encoded again until `parameters` reads them.
    """
    changed = scope.copy()
    if scope["method"] == "HEAD":
        changed["method"] = "GET"
    raw_path = scope["raw_path"]
    if b"%" in raw_path:
        segments = (unquote(segment) for segment in raw_path.decode("ascii").split("/"))
        changed["path"] = "/".join(segment.replace("%", "%25").replace("/", "%2F") for segment in segments)
    return changed
