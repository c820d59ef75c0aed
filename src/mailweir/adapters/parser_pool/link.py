"""Frames over a socket, as a loop sends and receives them."""

import asyncio
from collections.abc import Callable
from typing import cast

from mailweir.wire.frames import Frames, header


class Link(asyncio.Protocol):
    """One end. `hear` is called for each frame, `lost` once when the other end is gone."""

    def __init__(self, hear: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._hear = hear
        self._lost = lost
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Frames can be sent."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Frames, or parts of them."""
        for frame in self._frames.feed(data):
            self._hear(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end is gone."""
        del exc
        self._transport = None
        self._lost()

    def send(self, octets: bytes) -> None:
        """Sends a frame; to nobody when the other end is gone."""
        if self._transport is not None:
            self._transport.writelines((header(len(octets)), octets))

    def close(self) -> None:
        """Ends it."""
        if self._transport is not None:
            self._transport.abort()
