"""The other end of the nursery: starts it, has it fork workers, starts it anew when it has ended."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from typing import Final, NamedTuple

from mailweir.adapters.parser_pool.nursery import FORK, ID, REAP

_STANDARD_ERROR: Final = 2
_PAUSE: Final = 0.5  # seconds between two starts of a nursery that ends at once
_ENDING: Final = 5.0  # seconds


class Newborn(NamedTuple):
    """A worker's process id, a descriptor that stands for the process, and our end of its socket."""

    pid: int
    handle: int
    link: socket.socket

    def kill(self) -> None:
        """Ends it; one that has ended stays so."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)


class Nursing:
    """One nursery, whatever becomes of its process. `parse` is the `module:function` of its workers."""

    def __init__(self, parse: str, environment: Mapping[str, str]) -> None:
        self._parse = parse
        self._environment = dict(environment)
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._control: socket.socket | None = None

    async def fork(self) -> Newborn:
        """A new worker. Waits for a nursery that can be started."""
        async with self._turn:
            while True:
                control = self._control or await self._start()
                with contextlib.suppress(OSError):
                    if (newborn := await self._ask(control)) is not None:
                        return newborn
                await self._forget()
                await asyncio.sleep(_PAUSE)

    def bury(self, newborn: Newborn) -> None:
        """Lets go of a worker that has ended."""
        os.close(newborn.handle)
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(REAP + newborn.pid.to_bytes(ID, "big"))

    async def close(self) -> None:
        """Ends the nursery, and its workers with it."""
        await self._forget()

    async def _ask(self, control: socket.socket) -> Newborn | None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(control, [FORK + bytes(ID)], [theirs.fileno()])
            answer = await asyncio.get_running_loop().sock_recv(control, ID)
            if len(answer) == ID:
                pid = int.from_bytes(answer, "big")
                return Newborn(pid, os.pidfd_open(pid), ours)
        except BaseException:
            ours.close()
            raise
        ours.close()
        return None

    async def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "mailweir.adapters.parser_pool.nursery", self._parse),
                stdin=theirs.fileno(),
                stdout=_STANDARD_ERROR,
                env=self._environment,
                start_new_session=True,
            )
        ours.setblocking(False)  # noqa: FBT003  its only form
        self._control = ours
        return ours

    async def _forget(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                async with asyncio.timeout(_ENDING):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
            self._process = None
