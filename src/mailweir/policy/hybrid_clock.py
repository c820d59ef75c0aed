"""A hybrid logical clock: stamps that follow the time of day, and never go back when that does."""

from typing import Final

from mailweir.model.ban import Stamp

AHEAD: Final = 60_000
"""Milliseconds by which somebody else's stamp may lead our clock; what leads by more moves it no further."""


class HybridClock:
    """Stamps of one writer. `ahead` counts what came from a clock that leads ours too far.

    Such a stamp stays as it is: were it cut where it comes in, two nodes would hold different stamps of one
    edit, and later disagree for ever about which is the last. Cut is what it does to our own clock.
    """

    __slots__ = ("_last", "_writer", "ahead")

    def __init__(self, writer: str) -> None:
        self._writer = writer
        self._last = (0, 0)
        self.ahead = 0

    def stamp(self, now: int, after: Stamp | None = None) -> Stamp:
        """For an edit at `now`, in milliseconds since the epoch, that replaces what was stamped `after`."""
        wall, counter = _next(self._last, now)
        self._last = (wall, counter)
        if after is not None and (after.wall, after.counter) >= (wall, counter):
            wall, counter = after.wall, after.counter + 1  # of this entry alone: the clock is not drawn along
        return Stamp(wall, counter, self._writer)

    def observe(self, stamp: Stamp, now: int) -> None:
        """Somebody's edit came in."""
        if stamp.wall <= now + AHEAD:
            self._last = max(self._last, (stamp.wall, stamp.counter))
            return
        self._last = max(self._last, (now + AHEAD, 0))
        self.ahead += 1


def _next(last: tuple[int, int], now: int) -> tuple[int, int]:
    return (now, 0) if now > last[0] else (last[0], last[1] + 1)
