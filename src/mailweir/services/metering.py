"""Counting what accounts ask for, and saying when a plan has no more of it.

Each process counts for itself and tells the store every two seconds; what it is told back has the counts
of all of them. So a quota may be passed by what is asked within these seconds, and a process that is killed
forgets as much.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from mailweir.model.account import AccountName
from mailweir.policy.quota import Month, Quota, end_of, month_of
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.ports.usage import Usage

_EVERY: Final = 2.0  # seconds


class OverQuotaError(Exception):
    """The account has used up its quota; `quota` says how much that was.

    There is more in `retry_after` seconds.
    """

    def __init__(self, quota: Quota, retry_after: int) -> None:
        super().__init__("the quota is used up")
        self.quota = quota
        self.retry_after = retry_after


@dataclass(slots=True)
class _Counts:
    """`totals` are known to the store, `new` are not yet. No more of them than there are accounts."""

    month: Month
    ends: int
    totals: dict[AccountName, int] = field(default_factory=dict[AccountName, int])
    new: Counter[AccountName] = field(default_factory=Counter[AccountName])


class Metering:
    """For every request: nothing here waits but `run` and `keep`."""

    def __init__(self, usage: Usage, directory: Directory, clock: Clock) -> None:
        self._usage = usage
        self._directory = directory
        self._clock = clock
        self._counts = self._begun()
        self._left: list[_Counts] = []  # of months that are over, and not kept yet

    def used(self, account: AccountName) -> int:
        """How many operations the account has used this month."""
        counts = self._current()
        return counts.totals.get(account, 0) + counts.new[account]

    def quota(self, account: AccountName) -> Quota | None:
        """How the account stands; None when its plan sets no limit."""
        allowed = self._directory.plan_of(account).operations
        return Quota(allowed, self.used(account), self._counts.ends) if allowed else None

    def is_used_up(self, account: AccountName) -> bool:
        """Whether nothing is left to the account."""
        quota = self.quota(account)
        return quota is not None and not quota.remaining

    def admit(self, quota: Quota | None) -> None:
        """Raises OverQuotaError when nothing is left of a quota."""
        if quota is not None and not quota.remaining:
            raise OverQuotaError(quota, -((self._clock.now() - quota.resets) // 1000))

    def charge(self, account: AccountName) -> None:
        """One operation."""
        self._current().new[account] += 1

    async def run(self) -> None:
        """Learns what was used before, and keeps what is new, until it is cancelled."""
        learned = False
        while True:
            with suppress(UnavailableError):  # the next round does it
                if not learned:
                    await self.learn()
                    learned = True
                await self.keep()
            await asyncio.sleep(_EVERY)

    async def learn(self) -> None:
        """What all processes have counted this month. Raises UnavailableError."""
        counts = self._current()
        counts.totals.update(await self._usage.totals(counts.month))

    async def keep(self) -> None:
        """Tells the store what is new. Raises UnavailableError, and forgets nothing then."""
        current = self._current()
        for counts in (*self._left, current):
            new = dict(counts.new)
            if new:
                totals = await self._usage.add(counts.month, new)
                counts.new.subtract(new)
                counts.new += Counter()  # without those that are 0
                counts.totals.update(totals)
        self._left = [counts for counts in self._left if counts.new]  # a month may have ended meanwhile

    def _current(self) -> _Counts:
        if self._clock.now() >= self._counts.ends:
            self._left.append(self._counts)
            self._counts = self._begun()
        return self._counts

    def _begun(self) -> _Counts:
        month = month_of(self._clock.now())
        return _Counts(month, end_of(month))
