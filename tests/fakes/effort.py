"""What a call costs, whoever else uses the machine meanwhile."""

import time
from collections.abc import Callable

LINEAR = 1.0
"""Seconds within which a parser of linear time reads a few hundred thousand octets, ten times over."""


def cpu_seconds(call: Callable[[], object]) -> float:
    """Seconds of processor time that `call` takes."""
    begun = time.thread_time()
    call()
    return time.thread_time() - begun
