"""Runs a finding again, in this process and without instruments."""

import faulthandler
from pathlib import Path

from fuzz.catalogue import Target
from fuzz.checking import HANGS, load, load_machine, timed
from fuzz.machines import tell
from fuzz.workplace import Workplace


def replay(target: Target, finding: Path) -> None:
    """Raises what the finding makes the target raise, SlowError among it; ends the process if it hangs.

    A state machine tells the stories that broke it before, and makes one of them as short as it can.
    """
    if target.is_machine:
        print(finding.read_text(encoding="utf-8"))
        examples = Workplace(target.name).folder / "examples"
        tell(load_machine(target).MACHINE, stories=1, examples=examples, shorten=True)
        return
    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        timed(load(target).check, lambda _: None)(finding.read_bytes())
    finally:
        faulthandler.cancel_dump_traceback_later()
