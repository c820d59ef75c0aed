"""Messages that are given to one waiter and to no other: whoever has claimed one, in whichever process."""

import asyncio
from dataclasses import dataclass, field

from msgspec.structs import replace

from mailweir.model.marks import Marks
from mailweir.model.message import Summary
from mailweir.ports.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Claiming:
    """Claims are marks of the copies, and so outlive this process."""

    mailbox: Mailbox
    _giving: set["asyncio.Future[Summary | None]"] = field(
        default_factory=set["asyncio.Future[Summary | None]"]
    )

    async def claim(self, summary: Summary) -> bool:
        """Whether this waiter has it: nobody else had. Raises UnavailableError."""
        won = False

        def claimed(marks: Marks) -> Marks:
            nonlocal won
            won = not marks.claimed
            return replace(marks, claimed=True)

        marking = asyncio.ensure_future(self.mailbox.mark(summary.inbox, summary.id, claimed))
        try:
            await asyncio.shield(marking)
        except asyncio.CancelledError:  # the client is gone: it must not be lost to the next one
            marking.add_done_callback(lambda _: self._give_back(summary) if won else None)
            raise
        return won

    def _give_back(self, summary: Summary) -> None:
        giving = self.mailbox.mark(summary.inbox, summary.id, lambda marks: replace(marks, claimed=False))
        task = asyncio.ensure_future(giving)
        self._giving.add(task)
        task.add_done_callback(self._giving.discard)
