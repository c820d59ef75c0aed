"""Digests on SQLite: one process of the node reads and keeps them, and whoever makes them anew beside it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mailweir.adapters.sqlite import digest_queries, queries
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.packing import Packer
from mailweir.adapters.sqlite.threads import Changes, Reader, Readers
from mailweir.model.address import Inbox
from mailweir.model.digest import Digest
from mailweir.ports.clock import Clock
from mailweir.ports.digests import Unread

_SLICE: Final = 500  # messages or inboxes that one `tidy` lets go


class SqliteDigests:
    """The digests in `index.db` of a directory that `prepare` has been run on."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._here = Reader(directory)
        self._readers = Readers(directory, 1)
        self._index = Changes(directory, clock, File.INDEX, patience=patience)
        self._intake = Changes(directory, clock, patience=patience)
        self._packer = Packer()
        self._after: int | None = None  # the last message that was given out
        self._given: set[int] = set()  # and has not come back
        self._swept = ""  # the last inbox that was looked at

    async def undigested(self, limit: int) -> Sequence[Unread]:
        """Messages without a digest that were not given out before."""
        if self._after is None:
            self._after = self._here.answer(digest_queries.digested)
        after = self._after
        # On the loop itself, which has nothing better to do: a thread's answer would come 0.2 ms later.
        found = self._here.answer(lambda c: digest_queries.undigested(c, after, limit))
        if found:
            self._after = found[-1].key
            self._given.update(unread.key for unread in found)
        return found

    async def position(self) -> tuple[int, int]:
        """The number of the latest change, and how far behind it the last message is that was given out."""
        position = self._here.answer(queries.position)
        return position, position - (self._after or 0)

    async def unread(self, key: int) -> Unread | None:
        """One message again."""
        return await self._readers.run(lambda c: digest_queries.unread(c, key))

    async def outdated(self, rules: int, *, after: int, limit: int) -> Sequence[Unread]:
        """Messages whose digest was made by older rules."""
        return await self._readers.run(lambda c: digest_queries.outdated(c, rules, after, limit))

    async def count_outdated(self, rules: int) -> int:
        """How many those are."""
        return await self._readers.run(lambda c: digest_queries.count_outdated(c, rules))

    async def distrust(self) -> None:
        """Has every digest counted as outdated, a slice at a time."""
        after: int | None = 0
        while after is not None:
            last = after
            after, _ = await self._index.run(lambda c, last=last: digest_queries.distrust(c, last, _SLICE))

    async def keep(self, digests: Sequence[tuple[int, Digest]]) -> Sequence[Inbox]:
        """Keeps a digest for each key."""
        keys = {key for key, _ in digests}
        left = self._given - keys
        digested = min(left, default=(self._after or 0) + 1) - 1

        def change(connection: Connection) -> list[Inbox]:
            return digest_queries.keep(connection, self._packer, digests, digested)

        inboxes, _ = await self._index.run(change)
        self._given -= keys
        return inboxes

    async def tidy(self) -> None:
        """Lets the digests of removed messages go, and the changes of inboxes that nobody knows any more."""
        removed = await self._readers.run(lambda c: digest_queries.removed(c, _SLICE))
        if removed:
            await self._index.run(lambda c: digest_queries.let_go(c, removed))
            await self._intake.run(lambda c: digest_queries.forget_removed(c, removed))
        inboxes, self._swept = await self._readers.run(
            lambda c: digest_queries.unknown_inboxes(c, self._swept, _SLICE)
        )
        if inboxes:
            await self._index.run(lambda c: digest_queries.forget_inboxes(c, inboxes))

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._index.broken or self._intake.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        self._here.close()
        for threads in (self._readers, self._index, self._intake):
            await threads.close()
