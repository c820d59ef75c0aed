"""Explanations on SQLite, in a file of their own that every process of a machine writes to."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite import explanation_queries as queries
from mailweir.adapters.sqlite.explanation_file import ExplanationFile
from mailweir.adapters.sqlite.explanation_writer import ExplanationWriter
from mailweir.adapters.sqlite.threads import Threads
from mailweir.model.address import Host, Inbox
from mailweir.model.explanation import Explanation
from mailweir.ports.clock import Clock
from mailweir.ports.explanations import KEPT_FOR, KEPT_IN_ALL, Wanted


class SqliteExplanations:
    """Those in `explanations.db` of a directory; the file is made when it is not there.

    One thread writes and another reads; neither is there before it is needed.
    """

    def __init__(
        self, directory: Path, clock: Clock, *, most: int = KEPT_IN_ALL, renews: bool = True
    ) -> None:
        """`most`: how many are kept in all. `renews`: whether a file that cannot be read is begun anew."""
        self._clock = clock
        self._most = most
        self._unwritable = 0
        self._written = ExplanationFile(directory, clock, renews=renews)
        self._writer = ExplanationWriter(self._write)
        self._read = ExplanationFile(directory, clock, renews=renews)
        self._reader = Threads(1, "explanations-reader")

    @property
    def lost(self) -> int:
        """How many were given and are not kept: too many waited, or the disk did not take them."""
        return self._writer.lost + self._unwritable

    def keep(self, explanation: Explanation) -> None:
        """One more, which is there within a moment. Returns at once and never raises."""
        self._writer.put(explanation)

    async def of_inbox(self, inbox: Inbox, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """What befell mail for one inbox."""
        earliest = self._earliest(since)
        return await self._reader.run(
            lambda: self._read.run(lambda c: queries.of_inbox(c, inbox, earliest, limit))
        )

    async def at_host(
        self, host: Host, *, limit: int, wanted: Wanted, since: int = 0
    ) -> Sequence[Explanation]:
        """What befell mail for some of the inboxes of a host."""
        earliest = self._earliest(since)
        return await self._reader.run(
            lambda: self._read.run(lambda c: queries.at_host(c, host, wanted, earliest, limit))
        )

    async def of_code(
        self, code: str, *, limit: int, since: int = 0, wanted: Wanted | None = None
    ) -> Sequence[Explanation]:
        """What one code stands for."""
        earliest = self._earliest(since)
        return await self._reader.run(
            lambda: self._read.run(lambda c: queries.of_code(c, code, wanted, earliest, limit))
        )

    async def latest(self, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """All of it."""
        earliest = self._earliest(since)
        return await self._reader.run(lambda: self._read.run(lambda c: queries.latest(c, earliest, limit)))

    async def close(self) -> None:
        """Writes what waits to be written; a second call does nothing."""
        if await asyncio.to_thread(self._writer.end):
            self._written.close()
        await self._reader.close()
        self._read.close()

    def _write(self, batch: Sequence[Explanation]) -> None:
        rows = [row for one in batch if (row := queries.row(one)) is not None]
        self._unwritable += len(batch) - len(rows)
        earliest = self._earliest(0)
        self._written.run(lambda c: queries.keep(c, rows, earliest, self._most))

    def _earliest(self, since: int) -> int:
        return max(since, self._clock.now() - KEPT_FOR)
