"""Server-sent events: the same as the WebSocket tells, for clients that speak only HTTP.

`event: message`, `id: <seq>`, and the WebSocket's frame as data. A client that was away comes back with
Last-Event-ID, or with `since`, and misses nothing.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from mailweir.model.address import Inbox
from mailweir.policy.visibility import Reader
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.api.parameters import Email, Since, inbox_of, since_of
from mailweir.servers.web.api.specification import TAGS, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.services.access import RefusedError
from mailweir.services.streams import AGAIN, Start

PING: Final = 15.0
"""Seconds after which a stream that has nothing to tell says so; proxies end silent ones after a minute."""

_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the latter is for nginx


@dataclass(frozen=True, slots=True)
class Followed:
    """By whom, what, and from where on."""

    door: Door
    reader: Reader
    inboxes: tuple[Inbox, ...] | None
    start: Start

    def check(self) -> None:
        """Raises RefusedError once the key was revoked, or an address became somebody else's."""
        self.door.streams.check(self.reader, self.inboxes)


@get(
    "/api/addresses/{email:str}/events",
    operation_id="StreamMessages",
    tags=TAGS,
    media_type="text/event-stream",
    responses=errors(400, 401, 403, 503),
)
async def stream_inbox(request: WebRequest, email: Email, since: Since = "") -> Stream:
    """Every message of one inbox as it comes, as server-sent events."""
    reader = await reader_of(request)
    door = door_of(request)
    inboxes = (inbox_of(email),)
    start = await door.streams.start(reader, inboxes, _place(request, since))
    return _stream(Followed(door, reader, inboxes, start))


@get(
    "/api/events",
    operation_id="StreamAllMessages",
    tags=TAGS,
    media_type="text/event-stream",
    responses=errors(400, 401, 403, 503),
)
async def stream_all(request: WebRequest, since: Since = "") -> Stream:
    """All mail of this server as it comes. Without a key only on the machine itself."""
    reader = await reader_of(request)
    door = door_of(request)
    start = await door.streams.start(reader, None, _place(request, since))
    return _stream(Followed(door, reader, None, start))


def _place(request: WebRequest, since: str) -> int | None:
    """What a browser says on its own when it comes back counts more than what its page was opened with."""
    return since_of(request.headers.get("last-event-id", "") or since)


def _stream(followed: Followed) -> Stream:
    return Stream(events(followed), media_type="text/event-stream", headers=_HEADERS)


async def events(followed: Followed) -> AsyncGenerator[bytes]:
    """The stream's octets, as long as its reader may read. The first event only says where the client is."""
    start = followed.start
    yield b"id: %d\n\n" % start.seq
    if start.reset:
        yield b'event: reset\nid: %d\ndata: {"seq":%d}\n\n' % (start.seq, start.seq)
    async with aclosing(_told(followed)) as told:
        waiting = asyncio.ensure_future(anext(told))
        silent = 0.0
        try:
            while True:
                await asyncio.wait([waiting], timeout=AGAIN)
                followed.check()
                silent += AGAIN
                if waiting.done():
                    yield waiting.result()
                    waiting, silent = asyncio.ensure_future(anext(told)), 0.0
                elif silent >= PING:
                    yield b": ping\n\n"
                    silent = 0.0
        except (UnavailableError, RefusedError):  # the client comes back, and is told why it may not
            return
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def _told(followed: Followed) -> AsyncGenerator[bytes]:
    door = followed.door
    async with aclosing(door.streams.follow(followed.inboxes, followed.start)) as arrivals:
        async for summary in arrivals:
            frame = await door.frame_of(summary)
            if frame is not None:
                yield b"event: message\nid: %d\ndata: %b\n\n" % (summary.seq, frame)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (stream_inbox, stream_all)
