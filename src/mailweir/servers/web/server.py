"""Serves the web application on sockets that somebody else has bound, on the running loop.

server = WebServer(app, sockets)
await server.start()
...
await server.drain(10)
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from litestar.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.lifespan.off import LifespanOff

from mailweir.servers.web.connection import Connection
from mailweir.servers.web.places import Places
from mailweir.servers.web.websocket import FRAME_OCTETS, PING, LiveConnection

KEEP_ALIVE: Final = 75
"""Seconds that an idle connection is kept; longer than the minute after which proxies drop theirs."""

CONNECTIONS: Final = 8000
"""More than the browsers, pollers, followers and waiters of one process are; 20 KiB each: all are 160 MiB."""

_CLOSING: Final = 0.25  # seconds for transports to see that they were closed
_TICK: Final = 0.02  # seconds


class WebServer:
    """The web door's listener, whose connections have these `places`."""

    def __init__(
        self,
        app: ASGIApp,
        sockets: Sequence[socket.socket],
        *,
        keep_alive: int = KEEP_ALIVE,
        places: Places | None = None,
    ) -> None:
        self._sockets = list(sockets)
        config = Config(
            cast("Any", app),
            loop="none",
            http=cast("Any", partial(Connection, places=Places(CONNECTIONS) if places is None else places)),
            ws=LiveConnection,
            ws_max_size=FRAME_OCTETS,
            ws_ping_interval=PING,
            ws_ping_timeout=PING,
            ws_per_message_deflate=False,  # 38 KiB a socket, and frames are small
            lifespan="off",
            log_config=None,
            log_level="critical",  # what clients do wrong is answered, and counted by whoever counts
            access_log=False,
            proxy_headers=False,  # a client could write its own address
            server_header=False,
            date_header=False,
            timeout_keep_alive=keep_alive,
        )
        config.load()
        self._server = Server(config)
        self._server.lifespan = LifespanOff(config)

    async def start(self) -> None:
        """Accepts from now on."""
        await self._server.startup(sockets=self._sockets)

    async def drain(self, seconds: float) -> None:
        """Accepts no more, lets running requests end for so long, then ends what is left."""
        for listener in self._server.servers:
            listener.close()
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._quiet()
        for task in list(self._server.server_state.tasks):
            task.cancel()
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await self._quiet()

    async def _quiet(self) -> None:
        state = self._server.server_state
        while state.connections or state.tasks:  # noqa: ASYNC110  uvicorn tells nobody when a connection ends
            await asyncio.sleep(_TICK)
