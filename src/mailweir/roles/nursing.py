"""The supervisor's end of the nursery: starts it, has it fork children, starts it anew when it has ended."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from mailweir.roles.environment import environment
from mailweir.roles.nursery import LOST, Birth, Burial

_STANDARD_ERROR: Final = 2
_ANSWER: Final = 64  # octets: a number


class Newborn(NamedTuple):
    """A child: its process id, and a descriptor that stands for it and can be read from when it has ended."""

    pid: int
    handle: int

    def send(self, signal_number: int) -> None:
        """Sends a signal; a child that has ended gets none."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal_number)


class Nursing:
    """One nursery, whatever becomes of its process. It begins at once, beside what the supervisor does."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._control, self._process = _start()

    async def fork(self, target: str, name: str, descriptors: Sequence[int]) -> Newborn:
        """A child that runs this role with these descriptors. Raises OSError when there can be none."""
        pid = await self._ask(Birth(target, name), descriptors)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        try:
            return Newborn(pid, os.pidfd_open(pid))
        except OSError:
            os.kill(pid, signal.SIGKILL)  # not buried yet, so that it is no other's number
            await self._ask(Burial(pid))
            raise

    async def bury(self, newborn: Newborn) -> int:
        """Lets go of a child that has ended: its exit code, or the negative number of its signal."""
        os.close(newborn.handle)
        try:
            return await self._ask(Burial(newborn.pid))
        except OSError:
            return LOST

    def close(self) -> None:
        """Ends it, and its children with it. A second call does nothing."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    async def _ask(self, message: Birth | Burial, descriptors: Sequence[int] = ()) -> int:
        async with self._turn:
            if self._process.poll() is not None:
                self.close()
                self._control, self._process = _start()
            try:
                socket.send_fds(self._control, [msgspec.json.encode(message)], descriptors)
                answer = await asyncio.get_running_loop().sock_recv(self._control, _ANSWER)
            except BaseException:  # what it answers later would be taken for another answer
                self.close()
                raise
        if not answer:
            raise ConnectionResetError("the nursery has ended")
        return msgspec.json.decode(answer, type=int)


def _start() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-P", "-m", "mailweir.roles.nursery", str(os.getpid())],
            stdin=theirs.fileno(),
            stdout=_STANDARD_ERROR,  # so that nothing a role prints is taken for the ready line
            env=environment(),
            start_new_session=True,  # so that Ctrl-C in a terminal asks the supervisor and nobody else
        )
    ours.setblocking(False)  # noqa: FBT003  its only form
    return ours, process
