"""Whether a message is the one that somebody waits for, once it was read."""

import asyncio
from dataclasses import dataclass
from typing import Final

from mailweir.model.criteria import Failed
from mailweir.model.message import Summary
from mailweir.policy.matching import Matcher
from mailweir.ports.mailbox import Mailbox
from mailweir.services.heading import heading

DIGESTING: Final = 10.0
"""Seconds that a message may take to be read, also over the time: by then its digest has failed."""

_LOOK: Final = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Judging:
    """Raises UnavailableError."""

    mailbox: Mailbox

    async def against(
        self, matcher: Matcher, summary: Summary, until: float
    ) -> tuple[Summary, tuple[Failed, ...]]:
        """A message as it is by now, and what is against it; waits until it was read, if that matters.

        No longer than `until`, by the loop's clock.
        """
        against = matcher.failed_at_once(heading(summary), summary.original)
        if against or not matcher.needs_digest:
            return summary, against
        read = await self._read(summary, until)
        brief = heading(read)
        if brief.state == "pending":
            return read, (Failed.PENDING,)
        if brief.state == "failed":
            return read, (Failed.UNREADABLE,)
        digest = await self.mailbox.digest(read.inbox, read.id) if matcher.needs_text else None
        return read, matcher.failed(brief, read.original, digest)

    async def _read(self, summary: Summary, until: float) -> Summary:
        """The same once its digest is there, or could not be made in a long while."""
        time = asyncio.get_running_loop().time
        now, until = summary, min(until, time() + DIGESTING)
        while now.brief is None and time() < until:
            await asyncio.sleep(_LOOK)
            now = await self.mailbox.find(summary.inbox, summary.id) or now
        return now


def would_do(matcher: Matcher, summary: Summary) -> bool:
    """As far as its header and what a list shows of it say so."""
    brief = heading(summary)
    return (
        not matcher.failed_at_once(brief, "") if matcher.needs_text else not matcher.failed(brief, "", None)
    )
