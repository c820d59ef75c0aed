"""`python -m fuzz.worker TARGET METER [flag of libFuzzer …]`: fuzzes one target in this process.

Every execution is counted in the file METER, which whoever started this reads meanwhile. A state machine is
run again and again; its flags are SECONDS and its folder.
"""

import faulthandler
import importlib
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from fuzz.catalogue import TARGETS, Target
from fuzz.checking import load, load_machine, timed
from fuzz.machines import run
from fuzz.meter import Meter


def main() -> None:
    """Fuzzes until a flag says so or something is found."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored before
    name, meter, *flags = sys.argv[1:]
    target = TARGETS[name]
    with Meter.open(meter) as counted, suppress(KeyboardInterrupt):
        if target.is_machine:
            seconds, folder = flags
            found = run(load_machine(target).MACHINE, float(seconds), Path(folder), counted.count)
            sys.exit(found)
        _fuzz(target, counted, flags)


def _fuzz(target: Target, meter: Meter, flags: list[str]) -> None:
    atheris = cast("Any", importlib.import_module("atheris"))
    with atheris.instrument_imports(include=list(target.guides)):
        module = load(target)
    faulthandler.disable()  # libFuzzer has signal handlers of its own
    atheris.Setup([sys.argv[0], *flags], timed(module.check, meter.count))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
