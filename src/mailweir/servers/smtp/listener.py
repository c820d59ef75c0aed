"""Listens on inherited sockets and keeps the sessions: places, deadlines, TLS, drain.

One timer looks at every session; nothing is scheduled per connection.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailweir.policy.caps import Caps
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.flight import Flight
from mailweir.servers.smtp.guest import Guest
from mailweir.servers.smtp.places import Places
from mailweir.servers.smtp.rounds import Rounds
from mailweir.servers.smtp.session import Session
from mailweir.servers.smtp.terms import Terms
from mailweir.servers.smtp.upgrades import Upgrades
from mailweir.servers.smtp.waits import Holds
from mailweir.wire.smtp.reply import Reply

_BACKLOG = 4096


@dataclass(frozen=True, slots=True)
class _Dismissal:
    """Ends a session for whose peer there is a reason."""

    why: Callable[[str], Reply | None]

    def __call__(self, guest: Guest) -> None:
        reply = self.why(guest.ip)
        if reply is not None:
            guest.dismiss(reply)


class Listener:
    """One door's sockets, on these terms; `caps` are those on connections of one address.

    `pressed` is asked once a sweep whether something else than places is short, such as memory.
    """

    def __init__(
        self,
        door: Door,
        terms: Terms | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        caps: Caps | None = None,
        pressed: Callable[[], bool] = bool,
    ) -> None:
        self.door = door
        self.terms = terms = terms or Terms()
        self.deadlines = self._calm = terms.deadlines
        self._hurried = terms.deadlines.hurried()
        self._pressed = pressed
        self.holds = Holds(terms.most_held)
        self.flight = Flight(terms.most_octets)
        self._draining = False
        self._upgrades = Upgrades(tls, most=terms.most_handshakes, seconds=terms.deadlines.handshake)
        self._places = Places(terms.most_sessions, caps)
        self._rounds = Rounds(self._places.guests)
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
        self._sweeping = loop.call_later(self.terms.sweep, self._sweep)

    async def drain(self, seconds: float) -> None:
        """Takes no new connection, lets what is under way end, then ends the rest."""
        self._draining = True
        for server in self._servers:
            server.close()
        for session in tuple(self._places.guests):
            session.drain()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            for session in tuple(self._places.guests):
                session.abort()
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._rounds.stop()
        await self._upgrades.close()

    def replace_tls(self, tls: ssl.SSLContext) -> None:
        """New sessions get the new certificate; those under TLS keep theirs."""
        self._upgrades.tls = tls

    def dismiss(self, why: Callable[[str], Reply | None]) -> int:
        """Ends every session for whose peer's address there is a reply, with that; how many are asked.

        They are asked in slices, the first at once, so that nobody waits for that. The same `why` again,
        while it is under way, asks all of them anew; another waits for it: so give the same one each time.
        """
        return self._rounds.begin(_Dismissal(why))

    @property
    def sessions(self) -> int:
        """How many connections are held."""
        return len(self._places.guests)

    @property
    def pressed(self) -> bool:
        """Whether there was a hurry at the last sweep."""
        return self.deadlines is self._hurried

    # --- what sessions ask ------------------------------------------------------------------

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return self._loop.time()

    def trusts(self, ip: str) -> bool:
        """Whether a PROXY header from this address is believed, and asked for."""
        if not self.terms.trusted_proxies or not ip:
            return False
        address = ipaddress.ip_address(ip)
        return any(address in network for network in self.terms.trusted_proxies)

    def entered(self, session: Guest) -> Reply | None:
        """Registers a connection; a reply when there is no place for it."""
        if self._draining:
            return replies.SHUTTING_DOWN
        try:
            gone = self._places.enter(session)
        except LookupError:
            self.door.turned_away(session.ip, replies.TOO_MANY_SESSIONS)
            return replies.TOO_MANY_SESSIONS
        if gone is not None:
            self.door.turned_away(gone.ip, replies.PLACE_NEEDED)
        self._empty.clear()
        return None

    def arrived(self, session: Guest) -> Reply | None:
        """It is known where the connection comes from; a reply when it may not stay."""
        # What a balancer says of itself, such as whether we are here, is nobody else's.
        excess = None if self.trusts(session.ip) else self._places.count(session, self.now())
        if excess is None:
            return self.door.welcome(session.ip)
        reply = replies.too_many(excess)
        self.door.turned_away(session.ip, reply)
        return reply

    def proven(self, session: Guest) -> None:
        """A message of this peer is kept."""
        self._places.proven(session)

    def left(self, session: Guest) -> None:
        """The connection is gone."""
        self._places.leave(session)
        if not self._places.guests:
            self._empty.set()

    def upgrade(self, session: Guest, transport: asyncio.Transport) -> None:
        """Starts TLS, in a task that is owned here; ends the connection when it does not come up."""
        self._upgrades.begin(session, transport)

    # --- own --------------------------------------------------------------------------------

    def _session(self) -> Session:
        return Session(self)

    def _sweep(self) -> None:
        pressed = self._places.pressed or self.flight.full or self._pressed()
        self.deadlines = self._hurried if pressed else self._calm
        self._rounds.begin(self._expire)
        self._sweeping = self._loop.call_later(self.terms.sweep, self._sweep)

    def _expire(self, session: Guest) -> None:
        session.expire(self.now())
