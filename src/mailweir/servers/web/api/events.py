"""Server-sent events: the same as the WebSocket tells, for clients that speak only HTTP.

`event: message`, `id: <seq>`, and the WebSocket's frame as data. A client that was away comes back with
Last-Event-ID, or with `since`, and misses nothing.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.api.parameters import Email, Since, inbox_of, since_of
from mailweir.servers.web.api.specification import TAGS, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import FrameOf, WebRequest, door_of
from mailweir.services.streams import Start, Streams

PING: Final = 15.0
"""Seconds after which a stream that has nothing to tell says so; proxies end silent ones after a minute."""

_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the latter is for nginx


@get(
    "/api/addresses/{email:str}/events",
    operation_id="StreamMessages",
    tags=TAGS,
    media_type="text/event-stream",
    responses=errors(400, 401, 503),
)
async def stream_inbox(request: WebRequest, email: Email, since: Since = "") -> Stream:
    """Every message of one inbox as it comes, as server-sent events."""
    reader = await reader_of(request)
    door = door_of(request)
    inboxes = (inbox_of(email),)
    start = await door.streams.start(reader, inboxes, _place(request, since))
    return _stream(door.streams, door.frame_of, inboxes, start)


@get(
    "/api/events",
    operation_id="StreamAllMessages",
    tags=TAGS,
    media_type="text/event-stream",
    responses=errors(400, 401, 503),
)
async def stream_all(request: WebRequest, since: Since = "") -> Stream:
    """All mail of this server as it comes. Without a key only on the machine itself."""
    reader = await reader_of(request)
    door = door_of(request)
    start = await door.streams.start(reader, None, _place(request, since))
    return _stream(door.streams, door.frame_of, None, start)


def _place(request: WebRequest, since: str) -> int | None:
    """What a browser says on its own when it comes back counts more than what its page was opened with."""
    return since_of(request.headers.get("last-event-id", "") or since)


def _stream(streams: Streams, frame_of: FrameOf, inboxes: tuple[Inbox, ...] | None, start: Start) -> Stream:
    return Stream(events(streams, frame_of, inboxes, start), media_type="text/event-stream", headers=_HEADERS)


async def events(
    streams: Streams, frame_of: FrameOf, inboxes: tuple[Inbox, ...] | None, start: Start
) -> AsyncGenerator[bytes]:
    """The stream's octets, for ever. The first event has no data: it only says where the client is."""
    yield b"id: %d\n\n" % start.seq
    if start.reset:
        yield b'event: reset\nid: %d\ndata: {"seq":%d}\n\n' % (start.seq, start.seq)
    async with aclosing(_told(streams, frame_of, inboxes, start.seq)) as told:
        waiting = asyncio.ensure_future(anext(told))
        try:
            while True:
                await asyncio.wait([waiting], timeout=PING)
                if waiting.done():
                    yield waiting.result()
                    waiting = asyncio.ensure_future(anext(told))
                else:
                    yield b": ping\n\n"
        except UnavailableError:  # the client comes back with the last id that it saw
            return
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def _told(
    streams: Streams, frame_of: FrameOf, inboxes: tuple[Inbox, ...] | None, seq: int
) -> AsyncGenerator[bytes]:
    async with aclosing(streams.follow(inboxes, seq)) as arrivals:
        async for summary in arrivals:
            frame = await frame_of(summary)
            if frame is not None:
                yield b"event: message\nid: %d\ndata: %b\n\n" % (summary.seq, frame)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (stream_inbox, stream_all)
