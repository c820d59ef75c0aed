"""Listens on inherited sockets and keeps the sessions: places, deadlines, TLS, drain.

One timer looks at every session; nothing is scheduled per connection.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Sequence

from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.session import Session

_BACKLOG = 4096
_HANDSHAKE = 30.0  # seconds for TLS to come up

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Listener:
    """One door's sockets.

    `most_sessions` bounds the connections that this process holds. Deadlines are looked at every
    `sweep` seconds.
    """

    def __init__(
        self,
        door: Door,
        *,
        deadlines: Deadlines | None = None,
        tls: ssl.SSLContext | None = None,
        trusted_proxies: Sequence[Network] = (),
        most_sessions: int = 15_000,
        sweep: float = 1.0,
    ) -> None:
        self.door = door
        self.deadlines = deadlines or Deadlines()
        self.draining = False
        self._sweep_every = sweep
        self._tls = tls
        self._trusted = tuple(trusted_proxies)
        self._most_sessions = most_sessions
        self._sessions: set[Session] = set()
        self._upgrades: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._sweeping: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Begins to accept on sockets that are bound already."""
        loop = asyncio.get_running_loop()
        self._loop = loop
        for bound in sockets:
            server = await loop.create_server(self._session, sock=bound, backlog=_BACKLOG)
            self._servers.append(server)
        self._sweeping = loop.call_later(self._sweep_every, self._sweep)

    async def drain(self, seconds: float) -> None:
        """Takes no new connection, lets what is under way end, then ends the rest."""
        self.draining = True
        for server in self._servers:
            server.close()
        for session in tuple(self._sessions):
            session.drain()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            for session in tuple(self._sessions):
                session.abort()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for task in self._upgrades:
            task.cancel()
        await asyncio.gather(*self._upgrades, return_exceptions=True)

    def replace_tls(self, tls: ssl.SSLContext) -> None:
        """New sessions get the new certificate; those under TLS keep theirs."""
        self._tls = tls

    @property
    def sessions(self) -> int:
        """How many connections are held."""
        return len(self._sessions)

    # --- what sessions ask ------------------------------------------------------------------

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return self._loop.time()

    def trusts(self, ip: str) -> bool:
        """Whether a PROXY header from this address is believed, and asked for."""
        if not self._trusted or not ip:
            return False
        address = ipaddress.ip_address(ip)
        return any(address in network for network in self._trusted)

    def entered(self, session: Session) -> bool:
        """Registers a connection; False when there is no place for it."""
        if len(self._sessions) >= self._most_sessions or self.draining:
            return False
        self._sessions.add(session)
        self._empty.clear()
        return True

    def left(self, session: Session) -> None:
        """The connection is gone."""
        self._sessions.discard(session)
        if not self._sessions:
            self._empty.set()

    def upgrade(self, session: Session, transport: asyncio.Transport) -> None:
        """Starts TLS in a task of its own, owned here."""
        task = self._loop.create_task(self._start_tls(session, transport), name="smtp-starttls")
        self._upgrades.add(task)
        task.add_done_callback(self._upgrades.discard)

    async def _start_tls(self, session: Session, transport: asyncio.Transport) -> None:
        assert self._tls is not None  # noqa: S101  the rules offer STARTTLS only with a certificate
        try:
            secured = await self._loop.start_tls(
                transport, session, self._tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE
            )
        except (OSError, ssl.SSLError) as error:
            transport.abort()
            session.connection_lost(error)
            return
        if secured is not None:
            session.secured(secured)

    # --- own --------------------------------------------------------------------------------

    def _session(self) -> Session:
        return Session(self)

    def _sweep(self) -> None:
        now = self.now()
        for session in tuple(self._sessions):
            session.expire(now)
        self._sweeping = self._loop.call_later(self._sweep_every, self._sweep)
