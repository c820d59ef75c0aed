"""Listens on inherited sockets and keeps the sessions: places, deadlines, TLS, drain.

One timer looks at every session; nothing is scheduled per connection.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.house import Guest
from mailweir.servers.smtp.rounds import Rounds
from mailweir.servers.smtp.session import Session
from mailweir.servers.smtp.terms import Terms
from mailweir.servers.smtp.waits import Holds
from mailweir.wire.smtp.reply import Reply

_BACKLOG = 4096
_HANDSHAKE = 30.0  # seconds for TLS to come up


@dataclass(frozen=True, slots=True)
class _Dismissal:
    """Ends a session for whose peer there is a reason."""

    why: Callable[[str], Reply | None]

    def __call__(self, guest: Guest) -> None:
        reply = self.why(guest.ip)
        if reply is not None:
            guest.dismiss(reply)


class Listener:
    """One door's sockets, on these terms."""

    def __init__(self, door: Door, terms: Terms | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        self.door = door
        self._terms = terms or Terms()
        self.deadlines = self._terms.deadlines
        self._tls = tls
        self.holds = Holds(self._terms.most_held)
        self.draining = False
        self._sessions: set[Guest] = set()
        self._rounds = Rounds(self._sessions)
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
        self._sweeping = loop.call_later(self._terms.sweep, self._sweep)

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
        self._rounds.stop()
        for task in self._upgrades:
            task.cancel()
        await asyncio.gather(*self._upgrades, return_exceptions=True)

    def replace_tls(self, tls: ssl.SSLContext) -> None:
        """New sessions get the new certificate; those under TLS keep theirs."""
        self._tls = tls

    def dismiss(self, why: Callable[[str], Reply | None]) -> int:
        """Ends every session for whose peer's address there is a reply, with that; how many are asked.

        They are asked in slices, the first at once, so that nobody waits for that. The same `why` again,
        while it is under way, asks all of them anew; another waits for it: so give the same one each time.
        """
        return self._rounds.begin(_Dismissal(why))

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
        if not self._terms.trusted_proxies or not ip:
            return False
        address = ipaddress.ip_address(ip)
        return any(address in network for network in self._terms.trusted_proxies)

    def entered(self, session: Guest) -> bool:
        """Registers a connection; False when there is no place for it."""
        if len(self._sessions) >= self._terms.most_sessions or self.draining:
            return False
        self._sessions.add(session)
        self._empty.clear()
        return True

    def left(self, session: Guest) -> None:
        """The connection is gone."""
        self._sessions.discard(session)
        if not self._sessions:
            self._empty.set()

    def upgrade(self, session: Guest, transport: asyncio.Transport) -> None:
        """Starts TLS in a task of its own, owned here."""
        task = self._loop.create_task(self._start_tls(session, transport), name="smtp-starttls")
        self._upgrades.add(task)
        task.add_done_callback(self._upgrades.discard)

    async def _start_tls(self, session: Guest, transport: asyncio.Transport) -> None:
        assert self._tls is not None  # noqa: S101  the rules offer STARTTLS only with a certificate
        try:
            secured = await self._loop.start_tls(
                transport,
                cast("asyncio.BaseProtocol", session),
                self._tls,
                server_side=True,
                ssl_handshake_timeout=_HANDSHAKE,
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
        self._sweeping = self._loop.call_later(self._terms.sweep, self._sweep)
