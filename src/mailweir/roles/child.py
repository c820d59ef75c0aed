"""What a child of the supervisor does once it is forked: it reads its assignment and becomes its role."""

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Sequence

from mailweir.config.errors import SettingsError
from mailweir.observe import logs
from mailweir.roles import assignment as assignments
from mailweir.roles import process
from mailweir.roles.assignment import Assignment
from mailweir.roles.backoff import WRONG_SETTING
from mailweir.roles.errors import StartError

INPUT = assignments.INPUT
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15  # prctl(2)


def live(descriptors: Sequence[int]) -> int:
    """The exit code of the role; 1 when it failed, 2 when a setting is wrong.

    The first of the descriptors becomes standard input, and the others are those of the assignment.
    """
    lifeline, *others = descriptors
    os.dup2(lifeline, INPUT)
    os.close(lifeline)
    try:
        assignment = assignments.read().handed(others)
    except EOFError:
        return 1
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
    place = process.Place(assignment.settings, sockets, lambda: _report(assignment.report), lifeline=INPUT)
    return process.run(assignment.target, place)


def end_with(parent: int) -> None:
    """Has the kernel end us with the process that has started us, even while our loop is held up.

    SIGKILL, since what was acknowledged is on disk, and a successor waits for the lock and the ports.
    Elsewhere than on Linux the lifeline alone does it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        os._exit(1)


def call_itself(name: str) -> None:
    """Puts a name in lists of processes (`top`, `ps -o comm`), since all children have one command line."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())


def _listening(descriptor: int) -> socket.socket:
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)  # noqa: FBT003  its only form
    return listening


def _report(descriptor: int) -> None:
    os.write(descriptor, b"ready\n")
