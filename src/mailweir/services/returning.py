"""Runs that are over: their mail goes at once, and their addresses a while later."""

from dataclasses import dataclass
from typing import Final

from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.runs import Runs
from mailweir.services.runs import cleared

_AT_ONCE: Final = 100  # runs of a round


@dataclass(frozen=True, slots=True)
class Returning:
    """Frees runs whose time is over, and lets their addresses go a GRACE later, when no more mail is late.

    Until then what comes to them is what it was before: an account's own.
    """

    runs: Runs
    mailbox: Mailbox
    clock: Clock

    async def round(self) -> int:
        """Looks after those that are due, and says how many messages went. Raises UnavailableError."""
        now, removed = self.clock.now(), 0
        for run in await self.runs.due(now, limit=_AT_ONCE):
            removed += await cleared(self.mailbox, run)
            if run.freed is None:
                await self.runs.free(run.id, now)
            else:
                await self.runs.remove(run.id)
        return removed
