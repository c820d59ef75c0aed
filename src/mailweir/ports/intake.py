"""Where accepted mail goes. Its completion is what a `250` after DATA stands on."""

from collections.abc import Awaitable
from enum import Enum
from typing import Protocol

from mailweir.model.message import Delivery
from mailweir.policy.overload import Backlog


class Room(Enum):
    """How much room the store has for more mail."""

    CALM = "calm"
    SLOW = "slow"  # past the first watermark: still taken, with hesitation
    FULL = "full"  # past the second watermark: 452 4.3.1
    BROKEN = "broken"  # a write was not synced: 451 4.3.0 until a fresh process has probed the disk


class Intake(Protocol):
    """Keeps deliveries."""

    def deliver(self, delivery: Delivery) -> Awaitable[None]:
        """Completes when the message of every recipient is fsynced on this node, all or none.

        One queue id is kept once: a replay completes, changes nothing, and does not bring back what
        was deleted since. Raises UnavailableError when nothing is promised; the message may be there
        all the same (RFC 1047).
        """
        ...

    def backlog(self) -> Backlog:
        """What waits to be kept. Costs nothing."""
        ...

    def room(self) -> Room:
        """Costs nothing; may be a second old."""
        ...
