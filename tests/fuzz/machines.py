"""Runs a state machine of hypothesis for a time, and writes down a story that broke a promise."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

_STORIES: Final = 25  # between two looks at the clock
_STEPS: Final = 40
_SLOW_IS_FINE: Final = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def run(
    machine: type[RuleBasedStateMachine], seconds: float, folder: Path, count: Callable[[int], None]
) -> bool:
    """Whether a promise was broken; the story is then in `folder/found`. Each story is counted.

    What broke once is tried first the next time, out of `folder/examples`. To make a story shorter takes
    minutes: that is left to whoever replays it.
    """
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            tell(machine, stories=_STORIES, examples=folder / "examples", count=count)
        except Exception as error:
            if _was_interrupted(error):
                raise KeyboardInterrupt from error
            story = "".join(traceback.format_exception(error))
            (folder / "found" / "story").write_text(story, encoding="utf-8")
            return True
    return False


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether an interrupt lies behind it; hypothesis raises something else where it is hit by one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def tell(
    machine: type[RuleBasedStateMachine],
    *,
    stories: int,
    examples: Path,
    count: Callable[[int], None] = lambda _: None,
    shorten: bool = False,
) -> None:
    """That many stories; raises what breaks a promise, the steps of the story with it."""
    phases = [Phase.reuse, Phase.generate, *([Phase.shrink] if shorten else [])]
    wanted = settings(
        max_examples=stories,
        stateful_step_count=_STEPS,
        phases=phases,
        deadline=None,
        database=DirectoryBasedExampleDatabase(examples),
        suppress_health_check=_SLOW_IS_FINE,
    )
    run_state_machine_as_test(_counted(machine, count), settings=wanted)


def _counted(
    machine: type[RuleBasedStateMachine], count: Callable[[int], None]
) -> type[RuleBasedStateMachine]:
    def teardown(self: RuleBasedStateMachine) -> None:
        machine.teardown(self)
        count(0)

    return type(machine.__name__, (machine,), {"teardown": teardown})
