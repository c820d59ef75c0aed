"""What public mail is like: who gets it, who sends it, which files are in it.

Counted over the newest 10,000 public messages, and at most every half minute: what is asked in between is
answered from the same count. A message that has become somebody's in between is not shown for it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec import Struct

from mailweir.model.address import Inbox, host_of
from mailweir.model.message import MessageId, Summary
from mailweir.policy.visibility import Caller, Reader
from mailweir.services.heading import heading
from mailweir.services.reading import Reading

SCANNED: Final = 10_000
"""Messages that are counted."""

FRESH: Final = 30.0
"""Seconds for which a count holds."""

LISTED: Final = 100
"""Messages with one file that are listed."""

Ranked = Literal["addresses", "senders", "domains"]
Counts = Sequence[tuple[str, int]]


class _Seen(Struct, frozen=True):
    """As much of a public message as is counted."""

    inbox: Inbox
    id: MessageId
    received: int
    senders: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class _Count:
    """The latest count, and when it was made."""

    seen: Sequence[_Seen] = ()
    made: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, in milliseconds since the epoch; None is no such bound."""

    start: int | None = None
    end: int | None = None

    def has(self, moment: int) -> bool:
        """Whether a moment lies in it."""
        return (self.start is None or moment >= self.start) and (self.end is None or moment <= self.end)


_RANKED: Final[dict[Ranked, Callable[[_Seen], Iterable[str]]]] = {
    "addresses": lambda one: (one.inbox,),
    "senders": lambda one: one.senders,
    "domains": lambda one: (host_of(one.inbox),),
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """For those who may list all mail. Every method raises RefusedError and UnavailableError."""

    reading: Reading
    _count: _Count = field(default_factory=_Count)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def top(self, reader: Reader, ranked: Ranked, period: Period) -> Counts:
        """The most frequent ones, with how many messages each has, most first."""
        return _ordered(_RANKED[ranked], await self._public(reader), period)

    async def files(self, reader: Reader, period: Period) -> Counts:
        """The most frequent attachments, by their MD5."""
        return _ordered(lambda one: one.files, await self._public(reader), period)

    async def with_file(self, reader: Reader, md5: str) -> Sequence[Summary]:
        """The newest public messages with that attachment."""
        seen = [one for one in await self._public(reader) if md5 in one.files]
        found: list[Summary] = []
        for one in seen[:LISTED]:
            summary = await self.reading.mailbox.find(one.inbox, one.id)
            if summary is not None and self._is_public(summary):
                found.append(summary)
        return found

    async def number_with_file(self, reader: Reader, md5: str) -> int:
        """How many public messages have that attachment."""
        return sum(1 for one in await self._public(reader) if md5 in one.files)

    def _is_public(self, summary: Summary) -> bool:
        return self.reading.access.shows(Caller(), summary.inbox, summary.marks.saved_by)

    async def _public(self, reader: Reader) -> Sequence[_Seen]:
        access = self.reading.access
        access.list_all(reader)
        async with self._counting:
            now = self.reading.clock.monotonic()
            if now - self._count.made >= FRESH:
                newest = await self.reading.mailbox.all(limit=SCANNED, shown=access.all_shown(Caller()))
                self._count.seen = await asyncio.to_thread(_looked_at, newest)
                self._count.made = now
        return [one for one in self._count.seen if access.shows(Caller(), one.inbox, None)]


def _looked_at(newest: Sequence[Summary]) -> Sequence[_Seen]:
    return [
        _Seen(one.inbox, one.id, one.received, tuple(p.address for p in brief.sender), brief.attachments)
        for one, brief in ((one, heading(one)) for one in newest)
    ]


def _ordered(of: Callable[[_Seen], Iterable[str]], seen: Sequence[_Seen], period: Period) -> Counts:
    counted = Counter(name for one in seen if period.has(one.received) for name in set(of(one)) if name)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
