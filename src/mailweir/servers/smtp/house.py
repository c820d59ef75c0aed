"""What a session asks of its listener."""

import asyncio
from typing import Protocol

from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.flight import Flight
from mailweir.servers.smtp.guest import Guest
from mailweir.servers.smtp.terms import Terms
from mailweir.servers.smtp.waits import Holds
from mailweir.wire.smtp.reply import Reply


class House(Protocol):
    """A listener, as a session sees it. `deadlines` are those that hold now."""

    door: Door
    terms: Terms
    deadlines: Deadlines
    holds: Holds
    flight: Flight

    def now(self) -> float:
        """Seconds of the loop's clock."""
        ...

    def trusts(self, ip: str) -> bool:
        """Whether a PROXY header from this address is believed, and asked for."""
        ...

    def entered(self, session: Guest) -> Reply | None:
        """Registers a connection; a reply when there is no place for it."""
        ...

    def arrived(self, session: Guest) -> Reply | None:
        """It is known where the connection comes from; a reply when it may not stay."""
        ...

    def proven(self, session: Guest) -> None:
        """A message of this peer is kept."""
        ...

    def left(self, session: Guest) -> None:
        """The connection is gone."""
        ...

    def upgrade(self, session: Guest, transport: asyncio.Transport) -> None:
        """Starts TLS, and then calls `Guest.secured`; ends the connection when it does not come up."""
        ...
