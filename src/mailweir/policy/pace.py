"""When digestion is to hold back: while more mail comes than it could read in any case.

Reading beside intake on the same cores costs intake more than half of its rate, also at the lowest
priority. What comes faster than it can be read is read afterwards; what does not is read at once.
"""

from typing import Final

BEHIND: Final = 500
"""Messages that may wait before anything is held back."""

PAUSE: Final = 0.5
"""Seconds between two batches while it is."""

_WINDOW: Final = 0.1  # seconds over which arrivals are counted
_SHARE: Final = 0.8  # of what can be read: below, what has gathered will be caught up with
_OLD: Final = 0.9  # how much an earlier measurement counts beside a new one


class Pace:
    """Learns how much is read in a second of work, and how much comes. Times in seconds of one stopwatch."""

    def __init__(self) -> None:
        self._capacity = 0.0  # messages for each second of work
        self._rate = 0.0  # messages that come in each second
        self._window = (0.0, 0)  # when it began, and the position then
        self._resumed = 0.0

    def pause(self, now: float, *, position: int, behind: int, read: int) -> float:
        """For how many seconds to hold back after a batch of `read` messages.

        `position` rises by one or more with every message that comes; `behind` of them wait.
        """
        self._learn(now, read)
        self._count(now, position)
        self._resumed = now
        if behind <= BEHIND or self._rate <= self._capacity * _SHARE:
            return 0.0
        self._resumed = now + PAUSE
        return PAUSE

    def _learn(self, now: float, read: int) -> None:
        worked = now - self._resumed
        if read and worked > 0:
            capacity = read / worked
            self._capacity = _OLD * self._capacity + (1 - _OLD) * capacity if self._capacity else capacity

    def _count(self, now: float, position: int) -> None:
        begun, first = self._window
        if now - begun >= _WINDOW:
            self._rate = (position - first) / (now - begun)
            self._window = (now, position)
