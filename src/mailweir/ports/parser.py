"""Reading hostile mail, within limits."""

from collections.abc import Awaitable
from enum import Enum
from typing import Protocol

from mailweir.model.digest import Digest


class Lane(Enum):
    """How long a message may take."""

    FAST = "fast"  # a tenth of a second: nearly all mail
    SLOW = "slow"  # two seconds, and one message at a time


class Unreadable(Enum):
    """Why there is no digest."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"


class Parser(Protocol):
    """Reads messages elsewhere, so that a crash or a hang costs one digest."""

    def parse(self, raw: bytes, lane: Lane) -> Awaitable[Digest | Unreadable]:
        """The digest of a whole message, or why it could not be had within the limits of the lane."""
        ...
