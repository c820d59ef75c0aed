"""Starts a server for tests, and ends it with the process that it is for: `keeper.py PID DIRECTORY WORD…`.

It runs as a program of its own, so that the server ends also when that process is killed; the directory goes
then too, and not before. As soon as the server is ready, `DIRECTORY/doors` has the line that it says then;
when it ends instead, `DIRECTORY/failed` has the end of its log. Nothing but the standard library is imported,
and little of that: a test waits for it.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_NOT_FOR_IT: Final = ("MAILWEIR_", "PYTHONWARNINGS", "PYTHONDEVMODE", "COV_CORE_", "COVERAGE_PROCESS_")
"""How variables begin that are settings of another server, or meant for the tests."""

_LAST_LOG: Final = 3000  # characters of the log that a failed start shows


def main() -> None:
    """Returns when the process has ended that the server is for, or when asked to by SIGTERM."""
    number, name, *words = sys.argv[1:]
    signal.signal(signal.SIGTERM, _stop)
    owner, directory = os.pidfd_open(int(number)), Path(name)
    os.setsid()  # Ctrl-C is for the tests, which end us when they have ended
    log = directory / "log"
    try:
        with log.open("wb") as written:
            server = subprocess.Popen(  # noqa: S603  the words of our own starter
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=written,
                cwd=directory,
                env=_environment(),
                preexec_fn=_end_with_keeper,  # noqa: PLW1509  there is one thread
            )
        try:
            _tell(directory, server, owner, log)
            select.select([owner], [], [])
        finally:
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _tell(directory: Path, server: subprocess.Popen[bytes], owner: int, log: Path) -> None:
    assert server.stdout is not None  # noqa: S101  it is a pipe
    select.select([server.stdout, owner], [], [])
    line = server.stdout.readline() if select.select([server.stdout], [], [], 0)[0] else b""
    fresh = directory / "fresh"
    fresh.write_bytes(line or log.read_bytes()[-_LAST_LOG:])
    fresh.rename(directory / ("doors" if line else "failed"))


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_NOT_FOR_IT)}


def _end_with_keeper() -> None:
    """Has the kernel end the server with its keeper, in the child between fork and exec."""
    import ctypes  # noqa: PLC0415  while the keeper goes on

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
