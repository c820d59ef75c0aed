"""A client that listens on the WebSocket, comes back when that breaks, and writes down what it heard."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from fakes.server import Endpoint

_AGAIN = 0.05  # seconds before it comes back


@dataclass(slots=True)
class Heard:
    """One frame: whose message, its place, how far its digest was, when it came (monotonic seconds)."""

    id: str
    seq: int
    digest: str
    at: float


@dataclass(slots=True)
class Follower:
    """Follows some addresses; `since` is None until the first frame has said where it is."""

    where: Endpoint
    addresses: Sequence[str]
    heard: list[Heard] = field(default_factory=list[Heard])
    since: int | None = None
    connections: int = 0
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Until it is cancelled."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self._listen()
            await asyncio.sleep(_AGAIN)

    async def _listen(self) -> None:
        since = "" if self.since is None else f"&since={self.since}"
        url = f"ws://{self.where}/incoming-messages?addresses={','.join(self.addresses)}{since}"
        async with connect(url, compression=None, max_size=None, open_timeout=5, close_timeout=1) as socket:
            first: Mapping[str, Any] = json.loads(await socket.recv())
            assert first["msg"] == "Listening", first
            assert not first["reset"], first
            self.since = first["seq"] if self.since is None else self.since
            self.connections += 1
            self.listening.set()
            async for frame in socket:
                now = time.monotonic()
                told: Mapping[str, Any] = json.loads(frame)
                self.heard.append(Heard(told["_id"], told["seq"], told["digest"], now))
                self.since = told["seq"]
