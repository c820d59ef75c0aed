"""One WebSocket connection: uvicorn's, which a client that does not read cannot hold open."""

import asyncio
from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from mailweir.servers.web.places import Holder, Places

FRAME_OCTETS: Final = 64 * 1024
"""The longest frame that is taken from a client, which has nothing to say."""

PING: Final = 20.0
"""Seconds between two pings, and those that a client has to answer one."""

_LAST_WORDS: Final = 5.0  # seconds for a client to take what was sent before the end


class LiveConnection(WebSocketsSansIOProtocol):
    """Closing does not wait until the client makes room; a client that never does is cut off."""

    _places: Places | None = None

    def takes_over(self, connection: Holder, places: Places) -> None:
        """From the HTTP connection whose place it has now."""
        self._places = places
        places.moved(connection, self)

    def make_room(self) -> None:
        """Somebody else needs the place. It is idle at no time, so that this is asked of no follower."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        if self._places is not None:
            self._places.leave(self)
        super().connection_lost(exc)

    async def send(self, message: ASGISendEvent) -> None:
        """As ASGI says."""
        if message["type"] == "websocket.close":
            self.writable.set()
            asyncio.get_running_loop().call_later(_LAST_WORDS, self.transport.abort)
        await super().send(message)
