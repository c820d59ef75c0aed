"""The program that a child of the supervisor runs: `python -m mailweir.roles.child`.

It reads its assignment, makes sure that it ends with its supervisor, and becomes its role. Arguments
are only for people who look at a list of processes.
"""

import ctypes
import os
import signal
import socket
import sys

from mailweir.config.errors import SettingsError
from mailweir.observe import logs
from mailweir.roles import assignment as assignments
from mailweir.roles import process
from mailweir.roles.assignment import Assignment
from mailweir.roles.backoff import WRONG_SETTING
from mailweir.roles.errors import StartError

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> int:
    """The exit code of the role; 1 when it failed, 2 when a setting is wrong."""
    try:
        assignment = assignments.read()
    except EOFError:
        return 1
    _end_with(assignment.supervisor)
    logs.configure(assignment.settings.log_format, role=assignment.role, pid=os.getpid())
    log = logs.get()
    try:
        return _become(assignment)
    except StartError as error:
        log.error("role could not start", why=str(error))  # noqa: TRY400  a sentence says it all
    except SettingsError as error:
        log.error("role was refused a setting", why=str(error))  # noqa: TRY400  the same
        return WRONG_SETTING
    except Exception:
        log.exception("role failed")
    return 1


def _become(assignment: Assignment) -> int:
    for descriptor in assignment.descriptors:
        os.set_inheritable(descriptor, False)  # noqa: FBT003  its only form
    if assignment.niceness:
        os.nice(assignment.niceness)
    sockets = {door: [_listening(one) for one in numbers] for door, numbers in assignment.doors.items()}
    place = process.Place(
        assignment.settings, sockets, lambda: _report(assignment.report), lifeline=assignments.INPUT
    )
    return process.run(assignment.target, place)


def _end_with(supervisor: int) -> None:
    """Has the kernel end us with our supervisor, even while our loop is held up.

    SIGKILL, since what was acknowledged is on disk, and a successor waits for the lock and the ports.
    Elsewhere than on Linux the lifeline alone does it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # it ended before that
        os._exit(1)


def _listening(descriptor: int) -> socket.socket:
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)  # noqa: FBT003  its only form
    return listening


def _report(descriptor: int) -> None:
    os.write(descriptor, b"ready\n")


if __name__ == "__main__":
    sys.exit(main())
