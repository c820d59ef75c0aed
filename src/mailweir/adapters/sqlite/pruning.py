"""Removing what was found outside the write lock, in slices, so that intake goes on meanwhile.

What an inbox keeps no longer, by age or by number, is taken from its oldest end, so that no more is read than
goes, and a little to see that no more does. What is shown of a host is gone over once.
"""

from typing import Final

from mailweir.adapters.sqlite import place_queries, removal
from mailweir.adapters.sqlite.driver import Connection, numbers
from mailweir.adapters.sqlite.threads import Changes, Readers
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Shown

# Copies come nearly, not wholly, in the order of their times: so far is looked on from the oldest.
_LOOKED_AT: Final = 1000
_SLICE: Final = 50  # copies that are removed in one transaction

_LAST_SURPLUS = "SELECT seq FROM entry WHERE inbox = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"
_OUTLIVED = """
    SELECT oldest.seq
    FROM (SELECT seq, message FROM entry WHERE inbox = ? AND saved_by IS NULL ORDER BY seq LIMIT ?) AS oldest
    CROSS JOIN message ON message.id = oldest.message
    WHERE oldest.seq <= ? OR message.received < ? ORDER BY oldest.seq
"""
_LOOSE = """
    SELECT entry.seq FROM carray(?) AS wanted CROSS JOIN entry ON entry.seq = wanted.value
    WHERE entry.saved_by IS NULL OR entry.saved_by = ?
"""


class Pruning:
    """Finds what is to go, and removes it."""

    def __init__(self, readers: Readers, removals: Changes, clock: Clock) -> None:
        self._readers = readers
        self._removals = removals
        self._clock = clock

    async def prune(self, inbox: Inbox, *, before: int, keep: int) -> int:
        """As `Mailbox.prune`: up to `_LOOKED_AT` copies."""
        seqs = await self._readers.run(lambda c: _outlived(c, inbox, before, keep))
        return await self._remove(seqs, None)

    async def clear_shown(self, host: Host, saved_by: AccountName | None, shown: Shown) -> int:
        """As `Mailbox.clear_host` of what is shown."""
        last = await self._readers.run(lambda c: place_queries.newest_seq(c, host))
        walk = place_queries.Walk(host, last, saved_by, shown)
        total = 0
        while (seqs := await self._readers.run(walk.next)) is not None:
            total += await self._remove(seqs, saved_by)
        return total

    async def _remove(self, seqs: list[int], saved_by: AccountName | None) -> int:
        """All of these but what somebody has saved meanwhile; `saved_by` does not count."""
        total = 0
        for start in range(0, len(seqs), _SLICE):
            some, now = seqs[start : start + _SLICE], self._clock.now()
            removed, _ = await self._removals.run(
                lambda c, some=some, now=now: removal.remove(c, _loose(c, some, saved_by), now)
            )
            total += removed
        return total


def _outlived(connection: Connection, inbox: Inbox, before: int, keep: int) -> list[int]:
    last = connection.execute(_LAST_SURPLUS, (inbox, keep)).get if keep else None
    bindings = (inbox, _LOOKED_AT, last or 0, before)
    return [seq for (seq,) in connection.execute(_OUTLIVED, bindings)]


def _loose(connection: Connection, seqs: list[int], saved_by: AccountName | None) -> list[int]:
    return [seq for (seq,) in connection.execute(_LOOSE, (numbers(seqs), saved_by))]
