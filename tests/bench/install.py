"""How long somebody waits who has the packages and an empty directory, until a first mail is seen."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.reports import Report
from fakes.installed import block, built, first_mail, program, typed
from fakes.server import a_server

_BAR: Final = 15.0  # seconds
_TIMES: Final = 3  # others may share the machine


def run(data: Path, report: Report) -> None:
    """Prints it, step by step."""
    about = (
        "From `pip install` in an empty environment to a first mail seen; pip has all packages in its cache."
    )
    report.section("Installing", about)
    place = built(data.parent / "empty").parent
    _, install = block("python3 -m venv venv").splitlines()
    report.command(f"{install}   # best of {_TIMES}, each in a new environment")
    _install(place)  # the cache has everything from here on
    installing, processor = min(_install(place) for _ in range(_TIMES))
    report.figure("seconds", f"{installing:.2f}")
    report.figure("of which a processor worked, its programs and the kernel", f"{processor:.2f}")
    report.command("venv/bin/mailweir serve   # for the first time: it makes its data directory")
    with a_server(place / "mailweir-data", program=program(place)) as server:
        report.figure("seconds to ready", f"{server.ready_after:.2f}")
        seeing = _seconds(lambda: first_mail(server, "any@thing.test"))
        report.figure("seconds to send a mail and see it in list and page", f"{seeing:.2f}")
        total = installing + server.ready_after + seeing
    report.at_most("seconds from pip install to the first mail seen", total, _BAR)


def _install(place: Path) -> tuple[float, float]:
    """Makes the environment anew; how long pip then takes, and for how long of it a processor works."""
    renew, install = block("python3 -m venv --clear venv").splitlines()
    typed(renew, place)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = _seconds(lambda: typed(install, place))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return waited, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
