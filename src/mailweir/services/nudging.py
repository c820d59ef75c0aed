"""Telling the other processes which inboxes to look at: at once, and not more often than they can use.

A nudge wakes every process that listens, which costs the one that sends it 100 µs. Under load that
would be paid for every batch; so nudges that follow each other closely wait for their turn, together
with all that come meanwhile, and the longer they keep following the longer they wait.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.event import Nudge
from mailweir.ports.bus import Bus

PAUSE: Final = 0.01
"""Seconds between two nudges under load; far less than a reader notices."""

SHORTEST: Final = 0.001
"""The same after a moment without load."""

_MOST: Final = 1000  # inboxes that wait; more are told at once


class Nudging:
    """Sends nudges on a bus. To be used on a running loop."""

    def __init__(self, bus: Bus, *, shortest: float = SHORTEST, longest: float = PAUSE) -> None:
        self._bus = bus
        self._shortest = shortest
        self._longest = longest
        self._pause = shortest
        self._waiting: dict[Inbox, None] = {}
        self._turn: asyncio.TimerHandle | None = None  # until then what comes has to wait

    def tell(self, inboxes: Sequence[Inbox]) -> None:
        """There is something new in these."""
        self._waiting.update(dict.fromkeys(inboxes))
        if self._turn is None or len(self._waiting) >= _MOST:
            self._send()

    def close(self) -> None:
        """Tells what waits; a second call does nothing."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        self._publish()

    def _send(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
        self._turn = asyncio.get_running_loop().call_later(self._pause, self._next)
        self._publish()

    def _next(self) -> None:
        self._turn = None
        if self._waiting:
            self._pause = min(2 * self._pause, self._longest)
            self._send()
        else:
            self._pause = self._shortest

    def _publish(self) -> None:
        if self._waiting:
            inboxes = tuple(self._waiting)
            self._waiting.clear()
            self._bus.publish(Nudge(inboxes))
