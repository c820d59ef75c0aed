"""Kept mail on SQLite: reads in a few threads, removals in one, and neither on the event loop."""

from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite import queries, removal
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.expiry import Expiry
from mailweir.adapters.sqlite.threads import Readers, Removals
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary
from mailweir.ports.clock import Clock

_READERS = 4  # more threads than this wait for each other, not for the disk


class SqliteMailbox:
    """The mail in `intake.db` of a directory that `prepare` has been run on."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._readers = Readers(directory, _READERS)
        self._removals = Removals(directory, clock, patience)
        self._expiry = Expiry(self._readers, self._removals, clock)

    async def inbox(self, inbox: Inbox, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """The newest `limit` messages, newest first."""
        return await self._readers.run(lambda c: queries.newest(c, inbox, limit=limit, until=until))

    async def all(self, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """The same over every inbox."""
        return await self._readers.run(lambda c: queries.newest(c, None, limit=limit, until=until))

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message of this inbox."""
        return await self._readers.run(lambda c: queries.find(c, inbox, message))

    async def raw(self, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message as it was kept."""
        return await self._readers.run(lambda c: queries.raw(c, inbox, message))

    async def revision(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change."""
        return await self._readers.run(lambda c: queries.revision(c, inbox))

    async def delete(self, inbox: Inbox, message: MessageId) -> bool:
        """Removes one copy for good."""
        now = self._clock.now()

        def remove(connection: Connection) -> int:
            seq = queries.seq(connection, inbox, message)
            return 0 if seq is None else removal.remove(connection, [seq], now)

        # Most ids that are not there never were: those need no lock.
        if await self.find(inbox, message) is None:
            return False
        removed, _ = await self._removals.run(remove)
        return removed > 0

    async def expire(self, *, before: int, keep: int) -> int:
        """Removes one slice of what retention lets go; one call at a time."""
        return await self._expiry.expire(before=before, keep=keep)

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._readers.close()
        await self._removals.close()
