"""How many connections a process may have, by the descriptors that it may open."""

import contextlib
import resource

from mailweir.roles.seat import Seat

_PART = 0.8  # the rest is for the store, the bus, logs, and for accepting those who are refused
_FEWEST = 100


def places(seat: Seat) -> int:
    """As many connections as each door of this process may have, once the limit is as high as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(int(soft * _PART) // max(len(seat.sockets), 1), _FEWEST)
