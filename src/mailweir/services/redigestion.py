"""Reading kept messages anew, when the rules by which they were read have become better."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.digest import RULES, Digest, failure
from mailweir.ports.digests import Digests, Unread
from mailweir.ports.parser import Lane, Parser, Unreadable

_AT_ONCE: Final = 64  # messages


@dataclass(frozen=True, slots=True)
class Redigestion:
    """Goes through all messages with an outdated digest, oldest first.

    Each digest is kept as soon as it is made, so that who is interrupted goes on where he was. `changed`
    is told which inboxes have new digests, `progress` how many messages are done and how many there are.
    """

    digests: Digests
    parser: Parser
    changed: Callable[[Sequence[Inbox]], None]
    progress: Callable[[int, int], None]

    async def run(self) -> tuple[int, int]:
        """How many messages were read, and how many of them could not be. Raises UnavailableError."""
        total = await self.digests.count_outdated(RULES)
        after = done = failed = 0
        self.progress(done, total)
        while batch := await self.digests.outdated(RULES, after=after, limit=_AT_ONCE):
            read = await asyncio.gather(*(self._read(unread) for unread in batch))
            self.changed(await self.digests.keep([(u.key, d) for u, d in zip(batch, read, strict=True)]))
            after = batch[-1].key
            done += len(batch)
            failed += sum(digest.brief.state == "failed" for digest in read)
            self.progress(done, total)
        return done, failed

    async def _read(self, unread: Unread) -> Digest:
        answer = await self.parser.parse(unread.raw, Lane.FAST)
        if isinstance(answer, Unreadable):
            answer = await self.parser.parse(unread.raw, Lane.SLOW)
        return failure(answer.value) if isinstance(answer, Unreadable) else answer
