"""Runs that are over: their mail goes at once, and their addresses a while later."""

from dataclasses import dataclass
from typing import Final

from mailweir.model.run import GRACE
from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.runs import Runs
from mailweir.services.runs import cleared

_AT_ONCE: Final = 100  # runs of a round
_INBOXES: Final = 200  # of a round: each takes some milliseconds, and others have to be tidied, too
_OF_ONE: Final = 50  # of them, so that a run that mail still comes to keeps no other one waiting


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
        now, removed, left = self.clock.now(), 0, _INBOXES
        for run in await self.runs.due(now, limit=_AT_ONCE):
            if run.freed is None:
                await self.runs.free(run.id, now)
            gone, done = await cleared(self.mailbox, run, most=_OF_ONE)
            removed += gone
            if not done:  # the rest in the next round
                left -= _OF_ONE
                if left <= 0:
                    break
            elif run.freed is not None and run.freed <= now - GRACE:
                await self.runs.remove(run.id)
            else:
                await self.runs.note_cleared(run.id)
        return removed
