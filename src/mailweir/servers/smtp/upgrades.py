"""Bringing TLS up: so many handshakes at once, the others in turn."""

import asyncio
import ssl
from collections import deque
from typing import Final, cast

from mailweir.servers.smtp.guest import Guest

MOST_HANDSHAKES: Final = 1000
"""At once, in one process: some 50 KiB each until they are done. One address has 30 connections at most, so
that it takes dozens of them to keep all others waiting, and then no longer than a handshake may take."""


class Upgrades:
    """Starts TLS for one session after another, each in a task that ends here.

    `tls` is the certificate of those that start from now on; `seconds` may a handshake take.
    """

    def __init__(self, tls: ssl.SSLContext | None, *, most: int, seconds: float) -> None:
        self.tls = tls
        self._most = most
        self._seconds = seconds
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[Guest, asyncio.Transport]] = deque()  # bounded by the places

    def begin(self, guest: Guest, transport: asyncio.Transport) -> None:
        """Starts it now, or when it is this session's turn."""
        transport.pause_reading()  # what comes now belongs to the handshake, which reads again
        self._waiting.append((guest, transport))
        self._next()

    async def close(self) -> None:
        """Ends all of them."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _next(self) -> None:
        while self._waiting and len(self._running) < self._most:
            guest, transport = self._waiting.popleft()
            if transport.is_closing():
                continue
            assert self.tls is not None  # noqa: S101  the rules offer STARTTLS only with a certificate
            starting = _start(guest, transport, self.tls, self._seconds)
            task = asyncio.get_running_loop().create_task(starting, name="smtp-starttls")
            self._running.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._next()


async def _start(guest: Guest, transport: asyncio.Transport, tls: ssl.SSLContext, seconds: float) -> None:
    try:
        secured = await asyncio.get_running_loop().start_tls(
            transport,
            cast("asyncio.BaseProtocol", guest),
            tls,
            server_side=True,
            ssl_handshake_timeout=seconds,
        )
    except (OSError, ssl.SSLError) as error:
        transport.abort()
        guest.connection_lost(error)
        return
    if secured is not None:
        guest.secured(secured)
