"""Pages that need no script: *All mail* and an inbox. A little script makes them live."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from mailweir.model.address import Address, Inbox
from mailweir.model.message import Summary
from mailweir.model.query import QueryError
from mailweir.policy.query import parse
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.errors import TooBroadError
from mailweir.servers.web import views
from mailweir.servers.web.api.parameters import MOST, Email, inbox_of, limit_of
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError
from mailweir.servers.web.examples import examples
from mailweir.servers.web.forms import fields_of
from mailweir.servers.web.rendering import render
from mailweir.services.access import RefusedError
from mailweir.services.streams import Streams

_LISTED: Final = 50
_QUIET: Final = 15.0  # seconds after which a stream that has nothing to tell says so
_PAUSE: Final = 0.25  # seconds between two changes that are told: a page is not drawn more often
_LOOK: Final = 1.0  # seconds: nudges may be lost, and a deletion gives none

_NO_ENTRY: Final = frozenset({Refusal.UNKNOWN_KEY, Refusal.GUESTS_ONLY, Refusal.TOO_MANY_WRONG})

_Listed = Annotated[str, QueryParameter()]
_Sought = Annotated[str, QueryParameter(name="query")]


@dataclass(frozen=True, slots=True)
class _Search:
    """What was written into the search box, what it found, and why it could not be read."""

    text: str
    found: Sequence[Summary]
    fault: str = ""


@get("/", include_in_schema=False)
async def home(request: WebRequest, limit: _Listed = str(_LISTED), sought: _Sought = "") -> Response[bytes]:
    """*All mail* for people at this machine; for others a box that opens any inbox."""
    reader = await reader_of(request)
    door = door_of(request)
    length = limit_of(limit)
    try:
        search = await _search(door, reader, None, sought, length)
    except RefusedError as error:
        if error.refusal in _NO_ENTRY:
            raise
        return render("home.html", {"facts": door.facts, "account": ""})
    values = {"changes": "/changes", "account": door.reading.access.caller(reader).account}
    return _list_page("all.html", door, "anyone@thing.test", search, length, values)


@post("/inbox", include_in_schema=False, status_code=303)
async def open_inbox(request: WebRequest) -> Response[None]:
    """Goes to the inbox that was written into the box."""
    door_of(request).reading.access.enter(await reader_of(request))
    address = Address.parse(await _written_address(request))
    if address is None:
        raise WrongRequestError("That is not an e-mail address; write it as name@host.")
    return see(views.url_of_inbox(address.inbox))


@get("/inbox/{email:str}", include_in_schema=False)
async def inbox_page(
    request: WebRequest, email: Email, limit: _Listed = str(_LISTED), sought: _Sought = ""
) -> Response[bytes]:
    """The messages of one inbox, or how to send it the first one."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    door = door_of(request)
    length = limit_of(limit)
    search = await _search(door, reader, inbox, sought, length)
    values = {
        "inbox": views.visible(inbox),
        "changes": f"{views.url_of_inbox(inbox)}/changes",
        "account": door.reading.access.caller(reader).account,
    }
    return _list_page("inbox.html", door, inbox, search, length, values)


@get("/inbox/{email:str}/changes", include_in_schema=False)
async def inbox_changes(request: WebRequest, email: Email) -> Stream:
    """Says whenever an inbox has changed, as server-sent events, so that its page is drawn anew."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    return _changes(door_of(request).streams, reader, inbox)


@get("/changes", include_in_schema=False)
async def all_changes(request: WebRequest) -> Stream:
    """The same for *All mail*."""
    reader = await reader_of(request)
    return _changes(door_of(request).streams, reader, None)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    home,
    open_inbox,
    inbox_page,
    inbox_changes,
    all_changes,
)


def see(url: str) -> Response[None]:
    """Sends the browser to another page."""
    return Response(None, status_code=HTTPStatus.SEE_OTHER, headers={"location": url})


def _changes(streams: Streams, reader: Reader, inbox: Inbox | None) -> Stream:
    streams.check(reader, _followed(inbox))
    told = changes(streams, reader, inbox)
    return Stream(told, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def changes(streams: Streams, reader: Reader, inbox: Inbox | None) -> AsyncGenerator[bytes]:
    """An event at the start and for every change from then on, at most every quarter of a second.

    It ends when the reader may not read on.
    """
    reading = streams.reading
    clock, mailbox = reading.clock, reading.mailbox
    with reading.watching.on(streams.places(_followed(inbox))) as change:
        told: int | None = None
        spoke = clock.monotonic()
        while True:
            change.clear()
            try:
                streams.check(reader, _followed(inbox))
            except RefusedError:
                return
            # What a catch-all stands for has no revision of its own.
            one = None if inbox is None or reading.access.catches(inbox) else inbox
            now = await (mailbox.position() if one is None else mailbox.revision(one))
            if now != told or change.told:
                told, spoke = now, clock.monotonic()
                yield b"data: %x\n\n" % now
                await asyncio.sleep(_PAUSE)
            elif clock.monotonic() - spoke > _QUIET:
                spoke = clock.monotonic()
                yield b": quiet\n\n"
            await change.wait(_LOOK)


def _followed(inbox: Inbox | None) -> Sequence[Inbox] | None:
    return None if inbox is None else [inbox]


async def _search(door: Door, reader: Reader, inbox: Inbox | None, text: str, length: int) -> _Search:
    """The newest messages, or those that the text describes."""
    reading = door.reading
    if not text.strip():
        listing = reading.all if inbox is None else partial(reading.inbox, inbox=inbox)
        return _Search("", await listing(reader, limit=length))
    door.streams.check(reader, _followed(inbox))
    query = parse(text)
    if isinstance(query, QueryError):
        return _Search(text, (), f"Character {query.position + 1}: {query.reason}")
    try:
        return _Search(text, await reading.search(reader, inbox, query, limit=length))
    except TooBroadError as error:
        return _Search(text, (), str(error))


def _list_page(
    template: str, door: Door, address: str, search: _Search, length: int, values: Mapping[str, object]
) -> Response[bytes]:
    facts, found = door.facts, search.found
    listing = {
        "facts": facts,
        "rows": views.rows(found, facts.now()),
        "examples": examples(address, smtp=facts.smtp, public_url=facts.public_url),
        "more": min(length * 4, MOST) if len(found) == length < MOST and length else 0,
        "search": search,
        "search_query": urlencode({"query": search.text}) if search.text else "",
    }
    status = HTTPStatus.BAD_REQUEST if search.fault else HTTPStatus.OK
    return render(template, {**values, **listing}, status=status)


async def _written_address(request: WebRequest) -> str:
    try:
        return fields_of(await request.body(), most=10).get("address", "")
    except ValueError:
        return ""
