"""A target's check as every run makes it: one execution may take a second of processor time."""

import importlib
import time
from collections.abc import Callable
from typing import Final, cast

from fuzz.catalogue import Machine, Module, Target

SLOW: Final = 1.0  # seconds of processor time; wall time would blame a busy machine
HANGS: Final = 10  # seconds after which an execution that never ends is ended


class SlowError(Exception):
    """One execution took more than its second."""


def load(target: Target) -> Module:
    """The module of a target that takes octets."""
    return cast("Module", importlib.import_module(target.module))


def load_machine(target: Target) -> Machine:
    """The module of a state machine."""
    return cast("Machine", importlib.import_module(target.module))


def timed(check: Callable[[bytes], None], count: Callable[[int], None]) -> Callable[[bytes], None]:
    """`check`, of which each run is counted with the nanoseconds that it took, and raises SlowError."""

    def run(octets: bytes) -> None:
        begun = time.thread_time_ns()
        check(octets)
        spent = time.thread_time_ns() - begun
        count(spent)
        if spent > SLOW * 1e9:
            raise SlowError(f"{spent / 1e9:.1f} s for {len(octets)} octets")

    return run
