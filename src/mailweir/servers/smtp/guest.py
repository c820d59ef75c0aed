"""A session, as its listener sees it."""

import asyncio
from typing import Protocol

from mailweir.wire.smtp.reply import Reply


class Guest(Protocol):
    """A session, as its listener sees it."""

    @property
    def ip(self) -> str:
        """The peer's address; empty as long as nobody knows it."""
        ...

    @property
    def idle(self) -> bool:
        """Whether nothing is under way with it."""
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
