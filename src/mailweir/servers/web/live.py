"""`/incoming-messages`: a WebSocket that tells of every message as it comes.

Each frame has a status like that of HTTP; the first one says what is listened to and from where on. A
client that was away names the last `seq` that it saw as `since` and misses nothing. What a client sends
is thrown away.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec
from litestar.types import Message, Receive, Send, WebSocketScope

from mailweir.model.address import Address, Inbox
from mailweir.model.message import Summary
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.answers import send_problem
from mailweir.servers.web.api.parameters import since_of
from mailweir.servers.web.caller import query_of, reader_by_scope
from mailweir.servers.web.door import FrameOf
from mailweir.servers.web.errors import (
    ForeignPageError,
    NotFoundError,
    WrongRequestError,
    problem,
)
from mailweir.servers.web.guests import greet
from mailweir.servers.web.security_headers import securing
from mailweir.services.access import RefusedError
from mailweir.services.guests import Guests
from mailweir.services.streams import ADDRESSES, AGAIN, Start, Streams

PATH: Final = "/incoming-messages"

SLOW: Final = 10.0
"""Seconds that a client may take to make room for a frame before it is let go."""

_NOT_ALLOWED: Final = 1008
_TRY_AGAIN_LATER: Final = 1013  # RFC 6455 §7.4.1 and the IANA registry of close codes
_SHOWN: Final = 100  # characters of a wrong address that the answer repeats


class Listening(msgspec.Struct, frozen=True):
    """The first frame. `reset` says that messages from before `seq` may be gone without having been told."""

    addresses: list[str]
    domains: list[str]
    seq: int
    reset: bool
    status: int = 200
    msg: str = "Listening"


class _SlowError(Exception):
    """The client does not take what it is sent."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """By whom, what, and from where on."""

    reader: Reader
    inboxes: tuple[Inbox, ...]
    start: Start


@dataclass(frozen=True, slots=True)
class Live:
    """Serves one WebSocket a call (ASGI). `public_url` is where browsers find this server."""

    streams: Streams
    frame_of: FrameOf
    public_url: str
    report: Callable[[BaseException, str], None]
    guests: Guests
    slow: float = SLOW

    async def __call__(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        """From the handshake to the end."""
        await receive()  # websocket.connect
        try:
            followed = await self._begin(scope)
        except Exception as error:  # noqa: BLE001  answered by the table of errors, as every request is
            await refuse(error, send)
            return
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        telling = asyncio.create_task(self._tell(followed, send), name="live-tell")
        listening = asyncio.create_task(_until_gone(receive), name="live-listen")
        allowed = asyncio.create_task(self._while_allowed(followed), name="live-allowed")
        await asyncio.wait([telling, listening, allowed], return_when=asyncio.FIRST_COMPLETED)
        refused = allowed.done()
        for task in (telling, listening, allowed):
            task.cancel()
        told, _, _ = await asyncio.gather(telling, listening, allowed, return_exceptions=True)
        if isinstance(told, Exception):
            self.report(told, "live")
        elif refused:
            await send({"type": "websocket.close", "code": _NOT_ALLOWED, "reason": "not allowed any more"})

    async def _while_allowed(self, followed: "_Followed") -> None:
        """Returns when the key was revoked, or an address became somebody else's."""
        with suppress(RefusedError):
            while True:
                await asyncio.sleep(AGAIN)
                self.streams.check(followed.reader, followed.inboxes)

    async def _begin(self, scope: WebSocketScope) -> "_Followed":
        """Who may listen to what. Raises RequestError, RefusedError and UnavailableError."""
        if scope["path"].rstrip("/") != PATH:
            raise NotFoundError("There is no WebSocket at this path; it is at /incoming-messages.")
        self._check_origin(scope)
        query = query_of(scope)
        inboxes, domains = named_in(query.get("addresses", ""))
        greet(scope, self.guests)
        reader = reader_by_scope(scope, "key")
        start = await self.streams.start(reader, inboxes, since_of(query.get("since", "")))
        if domains:
            raise RefusedError(Refusal.FORBIDDEN)  # until accounts have domains, nobody owns one
        return _Followed(reader, inboxes, start)

    def _check_origin(self, scope: WebSocketScope) -> None:
        """RFC 6455 §10.2: browsers let every page open a WebSocket to everywhere, and say which one it is."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None:
            return
        scheme = {"ws": "http", "wss": "https"}[scope["scheme"]]
        own = {
            f"{scheme}://{headers.get(b'host', b'').decode('latin-1')}".lower(),
            origin_of(self.public_url),
        }
        if origin.decode("latin-1").lower() not in own:
            raise ForeignPageError("A page of another site may not listen here.")

    async def _tell(self, followed: "_Followed", send: Send) -> None:
        start = followed.start
        first = Listening(list(followed.inboxes), [], start.seq, start.reset)
        try:
            await self._send(msgspec.json.encode(first).decode(), send)
            async with aclosing(self.streams.follow(followed.inboxes, start)) as arrivals:
                await self._send_all(arrivals, send)
        except _SlowError:
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": "too slow"})
        except UnavailableError:
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": "no mail just now"})

    async def _send_all(self, arrivals: AsyncGenerator[Summary], send: Send) -> None:
        async for summary in arrivals:
            frame = await self.frame_of(summary)
            if frame is not None:
                await self._send(frame.decode(), send)

    async def _send(self, text: str, send: Send) -> None:
        try:
            async with asyncio.timeout(self.slow):
                await send({"type": "websocket.send", "text": text, "bytes": None})
        except TimeoutError as error:
            raise _SlowError from error


def named_in(text: str) -> tuple[tuple[Inbox, ...], tuple[str, ...]]:
    """The inboxes and the domains of a list by commas. Raises WrongRequestError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise WrongRequestError("addresses is empty; name at least one address, several by commas.")
    if len(names) > ADDRESSES:
        raise WrongRequestError(f"addresses has {len(names)} entries; allowed are {ADDRESSES}.")
    inboxes: dict[Inbox, None] = {}
    domains: dict[str, None] = {}
    for name in names:
        address = Address.parse(name)
        if address is not None:
            inboxes[address.inbox] = None
        elif "@" in name or Address.parse(f"x@{name}") is None:
            raise WrongRequestError(f'"{name[:_SHOWN]}" is neither an address nor a domain.')
        else:
            domains[name.lower()] = None
    return tuple(inboxes), tuple(domains)


def origin_of(url: str) -> str:
    """RFC 6454 §6.2: scheme, host and port of a URL; empty when it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def refuse(error: Exception, send: Send) -> None:
    """Ends the handshake with an HTTP answer (ASGI extension `websocket.http.response`)."""

    async def send_extended(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})  # pyright: ignore[reportArgumentType]

    await send_problem(problem(error), securing(send_extended))
