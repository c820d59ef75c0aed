"""What a session asks of its listener, and what the listener knows of a session."""

import asyncio
from typing import Protocol

from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.waits import Holds
from mailweir.wire.smtp.reply import Reply


class Guest(Protocol):
    """A session, as its listener sees it."""

    @property
    def ip(self) -> str:
        """The peer's address; empty as long as nobody knows it."""
        ...

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        ...

    def secured(self, transport: asyncio.Transport) -> None:
        """TLS is up."""
        ...

    def expire(self, now: float) -> None:
        """Ends what has taken too long."""
        ...

    def dismiss(self, last: Reply) -> None:
        """Ends the session with that, once a message that is being kept is answered."""
        ...

    def drain(self) -> None:
        """Ends the session as soon as nothing is under way."""
        ...

    def abort(self) -> None:
        """Ends the connection without a word."""
        ...


class House(Protocol):
    """A listener, as a session sees it."""

    door: Door
    deadlines: Deadlines
    holds: Holds
    draining: bool

    def now(self) -> float:
        """Seconds of the loop's clock."""
        ...

    def trusts(self, ip: str) -> bool:
        """Whether a PROXY header from this address is believed, and asked for."""
        ...

    def entered(self, session: Guest) -> bool:
        """Registers a connection; False when there is no place for it."""
        ...

    def left(self, session: Guest) -> None:
        """The connection is gone."""
        ...

    def upgrade(self, session: Guest, transport: asyncio.Transport) -> None:
        """Starts TLS, and then calls `Guest.secured`; ends the connection when it does not come up."""
        ...
