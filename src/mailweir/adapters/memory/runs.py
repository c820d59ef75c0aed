"""Runs in memory. Each method finishes without waiting: one transaction."""

from collections.abc import Sequence
from itertools import islice

from msgspec.structs import replace

from mailweir.adapters.memory.registry import Registry
from mailweir.model.account import AccountName
from mailweir.model.run import GRACE, Run, RunId
from mailweir.ports.accounts import TooManyError
from mailweir.ports.errors import ConflictError


class MemoryRuns:
    """The runs in a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def lend(self, run: Run, *, most: int, most_of_all: int) -> None:
        """A new run."""
        runs = self._registry.runs
        if run.account is not None:
            self._registry.require(run.account)
        if run.tag in runs:
            raise ConflictError("this tag is in use already")
        if sum(one.owner == run.owner for one in runs.values()) >= most:
            raise TooManyError(most)
        if sum((one.account is None) == (run.account is None) for one in runs.values()) >= most_of_all:
            raise TooManyError(most_of_all)
        runs[run.tag] = run

    async def runs(self, account: AccountName) -> Sequence[Run]:
        """Those of an account."""
        own = [one for one in self._registry.runs.values() if one.account == account]
        return sorted(own, key=lambda one: (-one.created, one.id))

    async def run(self, run: RunId) -> Run | None:
        """One of them."""
        return next((one for one in self._registry.runs.values() if one.id == run), None)

    async def free(self, run: RunId, at: int) -> bool:
        """The run is over."""
        found = await self.run(run)
        if found is None or found.freed is not None:
            return False
        self._registry.runs[found.tag] = replace(found, freed=at)
        return True

    async def note_cleared(self, run: RunId) -> None:
        """All that had reached it is gone."""
        found = await self.run(run)
        if found is not None:
            self._registry.cleared.add(found.tag)

    async def due(self, now: int, *, limit: int) -> Sequence[Run]:
        """Some of those that are to be looked after."""
        found = (
            one
            for one in self._registry.runs.values()
            if (
                one.expires <= now
                if one.freed is None
                else one.freed <= now - GRACE or one.tag not in self._registry.cleared
            )
        )
        return list(islice(found, limit))

    async def remove(self, run: RunId) -> None:
        """Its addresses are nobody's."""
        found = await self.run(run)
        if found is not None:
            del self._registry.runs[found.tag]
            self._registry.cleared.discard(found.tag)

    async def close(self) -> None:
        """Nothing runs between two calls."""
