"""Whether a sender who was asked to come back later has come back: a mail server does, a flood does not.

Under suspicion a delivery is known by its network, its sender and its recipients' place; who comes back with
the same one has *proven* its network, and may send slowly from there on, so that suspicion delays honest
mail once and does not stop it (the idea of greylisting, RFC 6647). A flood of unique senders never comes back
with the same one; a flood that does is slowed to the rate of proven networks.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from mailweir.policy.throttle import Cells

SOONEST: Final = 4.0
"""Seconds after which a sender may come back."""

_NETWORKS: Final = 16_384  # that are waited for
_OF_ONE: Final = 8  # deliveries of one network: so one that floods pushes out its own
_PROVEN: Final = 16_384
_PROVEN_FOR: Final = 6 * 3600.0  # seconds
_RATE: Final = 1.0  # seconds between two messages of a proven network under suspicion
_BURST: Final = 10


class ReturningSenders:
    """Times in seconds of one stopwatch."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, dict[Hashable, float]] = OrderedDict()
        self._proven: OrderedDict[str, float] = OrderedDict()
        self._pace = Cells(burst=_BURST, interval=_RATE, most=_PROVEN)

    def wait(self, network: str, delivery: Hashable, now: float) -> float:
        """Seconds after which this delivery is to come again; 0 when it may pass."""
        proven = self._proven.get(network)
        if proven is not None and now - proven < _PROVEN_FOR:
            self._proven.move_to_end(network)
            return self._pace.take(network, now)
        if self._has_returned(network, delivery, now):
            self._prove(network, now)
            return self._pace.take(network, now)
        return SOONEST

    def _has_returned(self, network: str, delivery: Hashable, now: float) -> bool:
        """Whether it has come before, and long enough ago. From then on it is remembered."""
        known = self._waiting.get(network)
        if known is None:
            known = self._waiting[network] = {}
            if len(self._waiting) > _NETWORKS:
                self._waiting.popitem(last=False)
        else:
            self._waiting.move_to_end(network)
        first = known.setdefault(delivery, now)
        if len(known) > _OF_ONE:
            del known[next(iter(known))]
        return now - first >= SOONEST

    def _prove(self, network: str, now: float) -> None:
        self._waiting.pop(network, None)
        self._proven[network] = now
        if len(self._proven) > _PROVEN:
            self._proven.popitem(last=False)
