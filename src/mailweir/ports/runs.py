"""Which addresses are lent for the tests of a job, to whom, and for how long."""

from collections.abc import Sequence
from typing import Protocol

from mailweir.model.account import AccountName
from mailweir.model.run import Run, RunId


class Runs(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def lend(self, run: Run, *, most: int, most_of_all: int) -> None:
        """A new run.

        Raises TooManyError when its owner has `most` of them, those among them that are over and not removed
        yet, or all accounts together, or all who have none, have `most_of_all`; UnknownAccountError; and
        ConflictError when another run has the same tag.
        """
        ...

    async def runs(self, account: AccountName) -> Sequence[Run]:
        """Those of an account that are not removed yet, newest first."""
        ...

    async def run(self, run: RunId) -> Run | None:
        """One of them; None when there is none of that id."""
        ...

    async def free(self, run: RunId, at: int) -> bool:
        """The run is over from that moment on; False when it was freed before, or is unknown."""
        ...

    async def note_cleared(self, run: RunId) -> None:
        """All that had reached it when it was freed is gone."""
        ...

    async def due(self, now: int, *, limit: int) -> Sequence[Run]:
        """Some of those that have something to be done for them.

        They have expired and were not freed, were freed and are not cleared, or were freed a GRACE ago.
        """
        ...

    async def remove(self, run: RunId) -> None:
        """Its addresses are nobody's from now on."""
        ...
