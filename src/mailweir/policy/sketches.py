"""Tables of the keys that come most often of late, of one size, however many different ones come.

Counts fade: half of one is left after HALF_LIFE seconds. When a table is full the rarer half of its keys
goes, so that a count may be too small and never too big. Misra and Gries, *Finding repeated elements* (1982),
with the decay of Cormode et al., *Forward decay* (2009); distinct senders by linear counting (Whang et al.,
1990). Tables of several processes can be merged: counts add up, and bitmaps are united.
"""

import heapq
from typing import Final

HALF_LIFE: Final = 15.0
"""Seconds after which half of a count is left. What comes steadily counts 21.6 times its rate per second."""

BITS: Final = 256
"""Of a bitmap that counts distinct hosts: up to about 500 of them with an error of a tenth."""

_TURN: Final = 60.0  # seconds after which what was seen before the last turn is forgotten

Key = bytes | str


class Count:
    """How often one key has come of late, as of `at`, and from how many different hosts and local parts."""

    __slots__ = ("_turned", "at", "count", "fresh", "hosts", "locals")

    def __init__(self, at: float) -> None:
        self.count = 0.0
        self.at = at
        self.hosts = 0
        self.locals = 0
        self.fresh = (0, 0)  # since the last turn, so that they are seen for one to two of them
        self._turned = at

    def fade(self, now: float) -> float:
        """What is left of it."""
        if now > self.at:
            self.count *= 0.5 ** ((now - self.at) / HALF_LIFE)
            self.at = now
        return self.count

    def add(self, now: float, host: int, local: int) -> float:
        """One more message; `host` and `local` are one bit each."""
        if now - self._turned >= _TURN:
            recent = now - self._turned < 2 * _TURN
            self.hosts, self.locals = self.fresh if recent else (0, 0)
            self.fresh = (0, 0)
            self._turned = now
        hosts, locals_ = self.fresh
        self.fresh = hosts | host, locals_ | local
        self.hosts |= host
        self.locals |= local
        self.count = self.fade(now) + 1.0
        return self.count

    def join(self, other: "Count", now: float) -> None:
        """What another process has counted of the same key."""
        self.count = self.fade(now) + other.fade(now)
        self.hosts |= other.hosts
        self.locals |= other.locals
        self.fresh = self.fresh[0] | other.fresh[0], self.fresh[1] | other.fresh[1]


class Sketch:
    """The keys of one facet that come often."""

    __slots__ = ("_counts", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[Key, Count] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, key: Key, now: float, host: int, local: int) -> Count:
        """One more message with this key."""
        count = self._counts.get(key)
        if count is None:
            if len(self._counts) >= self._most:
                self._prune(now)
            count = self._counts[key] = Count(now)
        count.add(now, host, local)
        return count

    def top(self, now: float, most: int) -> list[tuple[Key, Count]]:
        """The keys that come most often, the most frequent first."""
        for count in self._counts.values():
            count.fade(now)
        return heapq.nlargest(most, self._counts.items(), key=lambda item: item[1].count)

    def merge(self, other: "Sketch", now: float) -> None:
        """Counts what another process has counted, too."""
        for key, theirs in other.top(now, self._most):
            ours = self._counts.setdefault(key, Count(now))
            ours.join(theirs, now)
        if len(self._counts) > self._most:
            self._prune(now, self._most)

    def _prune(self, now: float, left: int | None = None) -> None:
        self._counts = dict(self.top(now, self._most // 2 if left is None else left))
