"""The program that children are forked from: `python -P -m mailweir.roles.nursery SUPERVISOR`.

It imports what a role needs before it forks the first child that has it, and else it only waits, on one
thread and without an event loop: what is loaded once is shared, and who has ended is there again in some
hundredths of a second (docs/decisions/0020).

Its standard input is a socket. A `Birth`, with the descriptors that the child gets, is answered by a process
id, or by the negative number of an error. The id stays taken until a `Burial`, which is answered by the exit
code.
"""

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from mailweir.roles import child, garbage, process

LOST: Final = -signal.SIGKILL
"""The exit code of a child that has ended with an earlier nursery."""

_LONGEST: Final = 4096  # octets of a message
_DESCRIPTORS: Final = 253  # the kernel hands on no more at once (SCM_MAX_FD)
# These are the children's, who drain. Whoever asks all processes of a unit to end asks us as well.
_FOR_CHILDREN: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Birth(msgspec.Struct, tag=True):
    """A child shall run the role `target`; `name` is for people who look at a list of processes."""

    target: str
    name: str


class Burial(msgspec.Struct, tag=True):
    """The child of this process id has ended, and is let go of."""

    pid: int


def main() -> int:
    """Forks and buries until the supervisor has ended; in a child, the exit code of its role."""
    garbage.begin()
    signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_CHILDREN)
    child.end_with(int(sys.argv[1]))
    control = socket.socket(fileno=child.INPUT)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _LONGEST, _DESCRIPTORS)
        if not message:
            return 0
        asked: Birth | Burial = msgspec.json.decode(message, type=Birth | Burial)
        match asked:
            case Birth(target, name):
                answer = _fork(target)
                if answer == 0:
                    control.detach()
                    return _become(name, descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
            case Burial(pid):
                answer = _exit_code(pid)
        control.sendall(msgspec.json.encode(answer))


def _fork(target: str) -> int:
    """The process id of a new child, 0 in that child, and the negative number of an error."""
    with contextlib.suppress(Exception):  # the child meets it again, and says so
        importlib.import_module(target.partition(":")[0])
    process.loop_factory()
    gc.freeze()
    nursery = os.getpid()
    try:
        born = os.fork()
    except OSError as error:
        return -(error.errno or 1)
    if born == 0:
        child.end_with(nursery)
    return born


def _exit_code(pid: int) -> int:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return LOST
    return os.waitstatus_to_exitcode(status)


def _become(name: str, descriptors: Sequence[int]) -> int:
    os.setsid()
    child.call_itself(name)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_CHILDREN)
    return child.live(descriptors)


if __name__ == "__main__":
    sys.exit(main())
