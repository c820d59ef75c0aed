"""Whose mail is taken while more comes than can be kept: whoever has the least claim to it is put off first.

Two things can run short: the disk, so that deliveries wait to be kept, and memory. Both are said as shares of
what is bearable, and each standing bears less or more. The disk keeps its full pace meanwhile, since what
waits is always more than one batch of it.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Standing(IntEnum):
    """Who mail is from and for, from the least claim to the greatest."""

    STRANGER = 0  # from a peer that has got nothing through yet, for an address that is nobody's
    KNOWN = 1  # from a peer that has
    HOSTED = 2  # for an account's domain whose mail is public
    PRIVATE_ADDRESS = 3
    PRIVATE_DOMAIN = 4
    SIGNED_IN = 5  # handed in by somebody who has signed in


class Backlog(NamedTuple):
    """`waiting` deliveries are not kept yet; of late `rate` were kept in a second."""

    waiting: int
    rate: float


BATCHES: Final = 1_000
"""Deliveries that may wait in any case: two full batches of the store, so that it is never idle."""

WAIT: Final = 0.5
"""Seconds that a delivery may wait to be kept beyond that, for the greatest claim."""

PRESSED: Final = 0.75
"""Share of the memory from which patience with slow peers ends."""

REFUSING: Final = 0.80
"""Share of the memory from which strangers are put off; the others follow, step by step, up to FULL."""

FULL: Final = 0.95
"""Share of the memory from which nothing is taken."""

_NONE: Final = BATCHES // 2  # deliveries that nobody is put off for
_CLAIMS: Final = len(Standing)


def is_calm(backlog: Backlog, memory: float) -> bool:
    """Whether nobody is put off."""
    return backlog.waiting <= _NONE and memory < REFUSING


def is_put_off(standing: Standing, backlog: Backlog, memory: float) -> bool:
    """Whether mail of that standing is to come later. `memory`: the share of it that is used."""
    claim = (standing + 1) / _CLAIMS
    if backlog.waiting > (BATCHES + backlog.rate * WAIT) * (1 + claim) / 2:
        return True
    return memory >= REFUSING + (FULL - REFUSING) * standing / (_CLAIMS - 1)
