"""Who has waited at addresses of runs.

Whoever sees it tells it on the bus; those who answer questions remember the last of it. It helps people to
find out why a test has failed, and nothing stands on it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.event import Signal, Waited
from mailweir.ports.bus import Bus

REMEMBERED: Final = 4096
"""Waits that are remembered."""


class Telling:
    """Tells on a bus of what has befallen."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def waited(self, waited: Waited) -> None:
        """Somebody has waited, which has cost him an operation. Returns at once and never raises."""
        self._bus.publish(waited)


class History:
    """Remembers what is told. To be used on a running loop."""

    def __init__(self, bus: Bus) -> None:
        self._waited: deque[Waited] = deque(maxlen=REMEMBERED)
        self._end = bus.subscribe(self._hear)

    def close(self) -> None:
        """Hears no more."""
        self._end()

    def waited(self, mine: Callable[[Inbox], bool]) -> Sequence[Waited]:
        """Who has waited at some inboxes, oldest first."""
        return [one for one in tuple(self._waited) if mine(one.inbox)]

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, Waited):
            self._waited.append(signal)
