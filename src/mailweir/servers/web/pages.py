"""Pages that need no script: *All mail*, an inbox, a message."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from mailweir.model.address import Address
from mailweir.model.message import Summary
from mailweir.policy.visibility import Reader, Refusal, may_delete
from mailweir.servers.web import views
from mailweir.servers.web.api.parameters import MOST, Email, Id, address_of, inbox_of, limit_of, message_of
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.errors import (
    NO_SUCH_MESSAGE,
    ForeignFormError,
    NotFoundError,
    WrongRequestError,
)
from mailweir.servers.web.examples import examples
from mailweir.servers.web.static import url_of
from mailweir.services.reading import RefusedError

_SOURCE_OCTETS: Final = 256 * 1024  # a browser shows more only slowly; the download has all of it
_LISTED: Final = 50
_PAGES: Final = re.compile(r"/(?:inbox(?:/.*)?|docs/?)?")

_Listed = Annotated[str, QueryParameter()]


def are_wanted(request: WebRequest) -> bool:
    """Is this a request of a person's browser, who wants errors as a page?"""
    path = request.scope["path"]
    if path.startswith("/api/"):
        return False
    return _PAGES.fullmatch(path) is not None or "text/html" in request.headers.get("accept", "")


def render(
    template: str,
    values: Mapping[str, object],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """A page; every value is escaped."""
    html = _templates().get_template(template).render(dict(values))
    return Response(html.encode(), status_code=status, media_type="text/html", headers=dict(headers or {}))


@get("/", include_in_schema=False)
async def home(request: WebRequest, limit: _Listed = str(_LISTED)) -> Response[bytes]:
    """*All mail* for people at this machine; for others a box that opens any inbox."""
    reader = await reader_of(request)
    door = door_of(request)
    length = limit_of(limit)
    try:
        found = await door.reading.all(reader, limit=length)
    except RefusedError as error:
        if error.refusal is Refusal.UNKNOWN_KEY:
            raise
        return render("home.html", {"facts": door.facts})
    return render("all.html", _listing(door, "anyone@thing.test", found, length))


@post("/inbox", include_in_schema=False, status_code=303)
async def open_inbox(request: WebRequest) -> Response[None]:
    """Goes to the inbox that was written into the box."""
    address = Address.parse(await _written_address(request))
    if address is None:
        raise WrongRequestError("That is not an e-mail address; write it as name@host.")
    return _see(views.url_of_inbox(address.inbox))


@get("/inbox/{email:str}", include_in_schema=False)
async def inbox_page(request: WebRequest, email: Email, limit: _Listed = str(_LISTED)) -> Response[bytes]:
    """The messages of one inbox, or how to send it the first one."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    door = door_of(request)
    length = limit_of(limit)
    found = await door.reading.inbox(reader, inbox, limit=length)
    return render("inbox.html", {"inbox": views.visible(inbox), **_listing(door, inbox, found, length)})


@get("/inbox/{email:str}/{message_id:str}", include_in_schema=False)
async def message_page(request: WebRequest, email: Email, message_id: Id) -> Response[bytes]:
    """One message: its header fields and its source as text."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    wanted = message_of(message_id)
    door = door_of(request)
    summary = await door.reading.find(reader, inbox, wanted)
    raw = await door.reading.raw(reader, inbox, wanted)
    if summary is None or raw is None:
        raise NotFoundError(NO_SUCH_MESSAGE)
    return render("message.html", _message(door, reader, summary, raw))


@post("/inbox/{email:str}/{message_id:str}/delete", include_in_schema=False, status_code=303)
async def delete_from_page(request: WebRequest, email: Email, message_id: Id) -> Response[None]:
    """The delete button. Raises ForeignFormError for a form on another site's page."""
    _check_origin(request)
    reader = await reader_of(request)
    inbox = address_of(email).inbox
    if not await door_of(request).reading.delete(reader, inbox, message_of(message_id)):
        raise NotFoundError(NO_SUCH_MESSAGE)
    return _see(views.url_of_inbox(inbox))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (home, open_inbox, inbox_page, message_page, delete_from_page)


def _listing(door: Door, address: str, found: Sequence[Summary], length: int) -> dict[str, object]:
    facts = door.facts
    return {
        "facts": facts,
        "rows": views.rows(found, facts.now()),
        "examples": examples(address, smtp=facts.smtp, public_url=facts.public_url),
        "more": min(length * 4, MOST) if len(found) == length < MOST and length else 0,
    }


def _message(door: Door, reader: Reader, summary: Summary, raw: bytes) -> dict[str, object]:
    inbox_url = views.url_of_inbox(summary.inbox)
    return {
        "facts": door.facts,
        "row": views.row(summary, door.facts.now()),
        "inbox_url": inbox_url,
        "fields": views.fields(summary),
        "source": views.source(raw[:_SOURCE_OCTETS]),
        "cut": len(raw) > _SOURCE_OCTETS,
        "raw_url": f"/api/raw/{inbox_url.removeprefix('/inbox/')}/{summary.id}",
        "delete_url": f"{inbox_url}/{summary.id}/delete",
        "deletable": may_delete(door.reading.rules, reader) is None,
    }


async def _written_address(request: WebRequest) -> str:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        written = parse_qs(body, max_num_fields=10).get("address", [""])
    except ValueError:
        return ""
    return written[0]


def _check_origin(request: WebRequest) -> None:
    """Browsers say where a form stands; a request that says nothing comes from no form of ours."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site == "same-origin"
    else:
        own = urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "")
    if not own:
        raise ForeignFormError(
            "That form was sent from another site. Open the message here and delete it there."
        )


def _see(url: str) -> Response[None]:
    return Response(None, status_code=HTTPStatus.SEE_OTHER, headers={"location": url})


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("mailweir.servers.web.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = url_of
    return environment
