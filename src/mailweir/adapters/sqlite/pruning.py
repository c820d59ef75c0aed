"""What one inbox keeps no longer, by age or by number: found outside the write lock, removed inside it.

Both rules take from the oldest end, so that no more is read than goes, and a little to see that no more does.
"""

from typing import Final

from mailweir.adapters.sqlite import removal
from mailweir.adapters.sqlite.driver import Connection, numbers
from mailweir.adapters.sqlite.threads import Changes, Readers
from mailweir.model.address import Inbox
from mailweir.ports.clock import Clock

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
_UNSAVED = """
    SELECT entry.seq FROM carray(?) AS wanted CROSS JOIN entry ON entry.seq = wanted.value
    WHERE entry.saved_by IS NULL
"""


class Pruning:
    """Finds what an inbox keeps no longer, and removes it."""

    def __init__(self, readers: Readers, removals: Changes, clock: Clock) -> None:
        self._readers = readers
        self._removals = removals
        self._clock = clock

    async def prune(self, inbox: Inbox, *, before: int, keep: int) -> int:
        """As `Mailbox.prune`: up to `_LOOKED_AT` copies, in slices, so that intake goes on meanwhile."""
        seqs = await self._readers.run(lambda c: _outlived(c, inbox, before, keep))
        total = 0
        for start in range(0, len(seqs), _SLICE):
            total += await self._remove(seqs[start : start + _SLICE])
        return total

    async def _remove(self, seqs: list[int]) -> int:
        """Somebody may have saved one of them since they were found."""
        now = self._clock.now()

        def remove(connection: Connection) -> int:
            unsaved = [seq for (seq,) in connection.execute(_UNSAVED, (numbers(seqs),))]
            return removal.remove(connection, unsaved, now)

        removed, _ = await self._removals.run(remove)
        return removed


def _outlived(connection: Connection, inbox: Inbox, before: int, keep: int) -> list[int]:
    last = connection.execute(_LAST_SURPLUS, (inbox, keep)).get if keep else None
    bindings = (inbox, _LOOKED_AT, last or 0, before)
    return [seq for (seq,) in connection.execute(_OUTLIVED, bindings)]
