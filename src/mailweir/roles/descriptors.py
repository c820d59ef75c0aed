"""How many connections a process may have, by the descriptors that it may open."""

import contextlib
import resource

_OTHERS = 200  # the store, the bus, logs, and room to accept and refuse
_FEWEST = 100


def places() -> int:
    """As many connections as there can be, once the limit is raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(soft - _OTHERS, _FEWEST)
