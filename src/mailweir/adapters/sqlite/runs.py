"""Runs on SQLite, in the file of the accounts."""

from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite import run_queries
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import AccountName
from mailweir.model.run import Run, RunId
from mailweir.ports.clock import Clock


class SqliteRuns:
    """The runs in `accounts.db` of a directory that `prepare` has been run on; all through one thread."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def lend(self, run: Run, *, most: int, most_of_all: int) -> None:
        """A new run."""
        await self._changes.run(lambda c: run_queries.lend(c, run, most, most_of_all))

    async def runs(self, account: AccountName) -> Sequence[Run]:
        """Those of an account."""
        found, _ = await self._changes.run(lambda c: run_queries.runs(c, account))
        return found

    async def run(self, run: RunId) -> Run | None:
        """One of them."""
        found, _ = await self._changes.run(lambda c: run_queries.run(c, run))
        return found

    async def free(self, run: RunId, at: int) -> bool:
        """The run is over."""
        freed, _ = await self._changes.run(lambda c: run_queries.free(c, run, at))
        return freed

    async def note_cleared(self, run: RunId) -> None:
        """All that had reached it is gone."""
        await self._changes.run(lambda c: run_queries.note_cleared(c, run))

    async def due(self, now: int, *, limit: int) -> Sequence[Run]:
        """Some of those that are to be looked after."""
        found, _ = await self._changes.run(lambda c: run_queries.due(c, now, limit))
        return found

    async def remove(self, run: RunId) -> None:
        """Its addresses are nobody's."""
        await self._changes.run(lambda c: run_queries.remove(c, run))

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._changes.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()
