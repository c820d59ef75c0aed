"""What comes before the greeting: the header of a balancer, and a while in which only we may speak.

An entrance is there from the connection to the greeting, and nothing of it afterwards.
"""

import asyncio
from typing import Final, Protocol

from mailweir.policy.caps import unmapped
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.endpoint import speaks
from mailweir.servers.smtp.house import House
from mailweir.wire.proxy import Incomplete, read
from mailweir.wire.smtp.reply import Reply

_MOST_EARLY: Final = 4096  # octets of who speaks too early where that is passed over; as a command may be


class Entering(Protocol):
    """A session that is not greeted yet."""

    def named(self, source: tuple[str, int], target: tuple[str, int] | None) -> None:
        """A balancer says where the connection is from and went to."""
        ...

    def welcome(self) -> Reply | None:
        """Why this peer may not stay; None when it may."""
        ...

    def greet(self, early: bytes) -> None:
        """It is time; `early` is what the peer has said already."""
        ...

    def refuse(self, last: Reply) -> None:
        """Ends the connection with that, which the door knows of."""
        ...

    def turn_away(self, last: Reply) -> None:
        """The same, and tells the door."""
        ...

    def abort(self) -> None:
        """Ends the connection without a word."""
        ...


class Entrance:
    """One connection on its way in."""

    __slots__ = ("_house", "_octets", "_session", "_timer", "_trusted")

    def __init__(self, session: Entering, house: House, *, trusted: bool) -> None:
        """`trusted` says that the connection is a balancer's, who has to name its peer first."""
        self._session = session
        self._house = house
        self._trusted = trusted
        self._octets = b""
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """The connection is there."""
        if self._trusted:
            return
        punctual = self._house.terms.punctual
        self._arrive(speaking=punctual and speaks(transport.get_extra_info("socket")))

    def take(self, data: bytes) -> None:
        """Octets arrived."""
        self._octets += data
        if self._trusted:
            self._read_header()
        elif self._house.terms.punctual:
            self._session.turn_away(replies.TOO_EARLY)
        elif len(self._octets) > _MOST_EARLY:
            self._greet()

    def cancel(self) -> None:
        """The connection ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read_header(self) -> None:
        header = read(self._octets)
        if header is Incomplete.NEED_MORE:
            return
        if header is Incomplete.BROKEN:
            self._session.abort()
            return
        self._trusted = False
        self._octets = self._octets[header.length :]
        if header.source is not None:
            self._session.named((unmapped(header.source[0]), header.source[1]), header.target)
        self._arrive(speaking=bool(self._octets))

    def _arrive(self, *, speaking: bool) -> None:
        terms = self._house.terms
        refusal = self._session.welcome()
        if refusal is not None:
            self._session.refuse(refusal)
        elif speaking and terms.punctual:
            self._session.turn_away(replies.TOO_EARLY)
        elif terms.greeting_delay:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(terms.greeting_delay, self._greet)
        else:
            self._greet()

    def _greet(self) -> None:
        self.cancel()
        self._session.greet(self._octets)
