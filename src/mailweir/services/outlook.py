"""What a process sees of the mail that comes: for whoever fights a flood, and under one for the log."""

import asyncio
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailweir.model.situation import Frequent, Putting, Situation
from mailweir.observe import logs
from mailweir.policy.heavy_hitters import Facet, readable
from mailweir.policy.sketches import BITS, HALF_LIFE
from mailweir.services.explaining import Explaining
from mailweir.services.throttling import Throttling

PERIOD: Final = 5.0
"""Seconds between two lines in the log while mail is put off."""

_SHOWN: Final = 3  # keys of each facet
_RARE: Final = 10.0  # messages of late: what came less often is not shown

_log = logs.get()


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one door in one process; `sessions` tells how many connections it holds."""

    role: str
    throttling: Throttling
    explaining: Explaining
    sessions: Callable[[], int]

    def situation(self) -> Situation:
        """As it is now. Costs a few milliseconds."""
        throttling = self.throttling
        now = throttling.clock.monotonic()
        return Situation(
            role=self.role,
            pid=os.getpid(),
            at=throttling.clock.now(),
            rate=round(throttling.floods.total(now) * math.log(2) / HALF_LIFE, 1),
            sessions=self.sessions(),
            bans=len(throttling.blocklist),
            throttle=throttling.throttle,
            putting=tuple(
                Putting(rule.value, action.value, acted, times)
                for (rule, action, acted), times in self.explaining.counts.most_common()
            ),
            frequent=tuple(self._frequent(now)),
        )

    async def report(self) -> None:
        """Logs a line every few seconds while mail is put off, until it is cancelled."""
        before = self.explaining.counts.total()
        while True:
            await asyncio.sleep(PERIOD)
            total = self.explaining.counts.total()
            if total > before:
                seen = self.situation()
                _log.warning(
                    "mail was put off",
                    deliveries=total - before,
                    seconds=PERIOD,
                    rate=seen.rate,
                    rules=[f"{one.rule}: {one.action} {one.deliveries}" for one in seen.putting],
                    frequent=[
                        f"{one.facet}: {one.key} ({one.share:.0%}, {one.hosts} hosts)"
                        for one in seen.frequent
                    ],
                )
            before = total

    def _frequent(self, now: float) -> list[Frequent]:
        floods = self.throttling.floods
        total = max(floods.total(now), 1.0)
        held_back = {(one.facet, one.key) for one in floods.convictions(now)}
        found = [
            Frequent(
                facet=facet.value,
                key=readable(facet, key),
                messages=round(count.count),
                share=round(min(count.count / total, 1.0), 3),
                hosts=_distinct(count.hosts),
                senders=_distinct(count.locals),
                held_back=(facet, key) in held_back,
            )
            for facet in Facet
            for key, count in floods.top(facet, now, _SHOWN)
            if count.count >= _RARE
        ]
        return sorted(found, key=lambda one: (one.held_back, one.share), reverse=True)


def _distinct(bits: int) -> int:
    """About how many different ones have set these bits (linear counting, Whang et al. 1990)."""
    unset = BITS - bits.bit_count()
    return round(-BITS * math.log(max(unset, 1) / BITS))
