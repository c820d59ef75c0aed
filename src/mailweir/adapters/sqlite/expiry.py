"""One slice of retention at a time: look outside the lock, remove inside it, and tidy up behind.

Tidying forgets the notes about removed mail: queue ids after a day, revisions of inboxes that have
been empty for an hour.
"""

import asyncio

from mailweir.adapters.sqlite import removal, retention
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.threads import Changes, Readers
from mailweir.model.address import Inbox
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError
from mailweir.ports.mailbox import Private, nobodys

_TIDY_EVERY = 10.0  # seconds
_TOMBSTONES = 1_000_000  # some 100 MB: a flood that is expired as it comes must not fill the disk with them


class Expiry:
    """Finds what retention lets go, and removes it."""

    def __init__(self, readers: Readers, removals: Changes, clock: Clock) -> None:
        self._readers = readers
        self._removals = removals
        self._clock = clock
        self._turn = asyncio.Lock()
        self._size = retention.SliceSize()
        self._private = nobodys
        self._ages = retention.AgeScan(self._is_private)
        self._counts = retention.CountScan(self._is_private)
        self._revisions = retention.RevisionScan()
        self._gone_before = 0
        self._tidied: float | None = None

    async def expire(self, *, before: int, keep: int, private: Private) -> int:
        """As `Mailbox.expire`."""
        async with self._turn:
            self._private = private
            await self._tidy_when_due()
            while seqs := await self._look(before, keep):
                if removed := await self._remove(seqs):
                    return removed
            return 0

    async def _look(self, before: int, keep: int) -> list[int]:
        rows = self._size.rows
        seqs: list[int] = []
        more = before > 0
        while not seqs and more:
            now = self._clock.monotonic()
            seqs, more = await self._readers.run(lambda c, now=now: self._ages.look(c, before, rows, now))
        more = keep > 0
        while not seqs and more:
            now = self._clock.monotonic()
            seqs, more = await self._readers.run(lambda c, now=now: self._counts.look(c, keep, rows, now))
        return seqs

    async def _remove(self, seqs: list[int]) -> int:
        now = self._clock.now()

        def change(connection: Connection) -> tuple[int, float]:
            begun = self._clock.monotonic()
            # As many notes go as can come, so that they never pile up faster than they are forgotten.
            removal.forget_gone(connection, self._gone_before, len(seqs))
            return removal.remove(connection, seqs, now), self._clock.monotonic() - begun

        try:
            (removed, work), held = await self._removals.run(change)
        except UnavailableError:
            self._ages = retention.AgeScan(self._is_private)
            self._counts = retention.CountScan(self._is_private)
            raise
        self._size.learn(work, held)
        return removed

    def _is_private(self, inbox: Inbox) -> bool:
        return self._private(inbox)

    async def _tidy_when_due(self) -> None:
        moment = self._clock.monotonic()
        if self._tidied is not None and moment - self._tidied < _TIDY_EVERY:
            return
        now = self._clock.now()
        await self._forget_gone(now - removal.TOMBSTONE_AGE)
        await self._forget_revisions(now - removal.REVISION_AGE)
        self._tidied = moment

    async def _forget_gone(self, before: int) -> None:
        surplus = await self._readers.run(lambda c: retention.gone_number(c, _TOMBSTONES))
        self._gone_before = max(before, surplus)
        if await self._readers.run(lambda c: retention.any_gone(c, self._gone_before)):
            await self._removals.run(lambda c: removal.forget_gone(c, self._gone_before, self._size.rows))

    async def _forget_revisions(self, before: int) -> None:
        inboxes = await self._readers.run(lambda c: self._revisions.look(c, before, self._size.rows))
        if inboxes:
            await self._removals.run(lambda c: removal.forget_revisions(c, inboxes, before))
