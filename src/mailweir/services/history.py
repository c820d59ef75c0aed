"""What has befallen addresses besides mail: what was refused there, and who has waited there.

Whoever sees it tells it on the bus; those who answer questions remember the last of it. It helps people to
find out why a test has failed, and nothing stands on it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.event import Refused, Signal, Waited
from mailweir.ports.bus import Bus
from mailweir.ports.clock import Clock

REMEMBERED: Final = 4096
"""Refusals that are remembered, and as many waits."""

TOLD: Final = 50
"""Refusals that a process tells in a second: in a flood of them each wakes others up."""

_SECOND: Final = 1.0


class Telling:
    """Tells on a bus of what was refused, no more of it than others can use."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._begun = float("-inf")
        self._told = 0

    def refused(self, inbox: Inbox, reply: str) -> None:
        """Mail for that inbox was refused with a reply of ours. Returns at once and never raises."""
        now = self._clock.monotonic()
        if now - self._begun >= _SECOND:
            self._begun, self._told = now, 0
        if self._told < TOLD:
            self._told += 1
            self._bus.publish(Refused(inbox, reply, self._clock.now()))

    def waited(self, waited: Waited) -> None:
        """Somebody has waited, which has cost him an operation. Returns at once and never raises."""
        self._bus.publish(waited)


class History:
    """Remembers what is told. To be used on a running loop."""

    def __init__(self, bus: Bus) -> None:
        self._refused: deque[Refused] = deque(maxlen=REMEMBERED)
        self._waited: deque[Waited] = deque(maxlen=REMEMBERED)
        self._end = bus.subscribe(self._hear)

    def close(self) -> None:
        """Hears no more."""
        self._end()

    def refused(self, mine: Callable[[Inbox], bool], since: int = 0) -> Sequence[Refused]:
        """What was refused at some inboxes from a moment on, oldest first."""
        return [one for one in tuple(self._refused) if one.at >= since and mine(one.inbox)]

    def waited(self, mine: Callable[[Inbox], bool]) -> Sequence[Waited]:
        """Who has waited at some inboxes, oldest first."""
        return [one for one in tuple(self._waited) if mine(one.inbox)]

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, Refused):
            self._refused.append(signal)
        elif isinstance(signal, Waited):
            self._waited.append(signal)
