"""One life of a child, as its supervisor sees it: started, ready, ended."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import replace

from mailweir.roles import assignment as assignments
from mailweir.roles.assignment import Assignment
from mailweir.roles.nursing import Newborn, Nursing

_REPORT = 64  # octets: a child has one word to say


class ChildProcess:
    """A running child."""

    def __init__(self, newborn: Newborn, lifeline: int, assignment: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self._newborn = newborn
        self._lifeline = lifeline
        self._untold = assignment
        self._ready_at: float | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(lifeline, False)
        self._loop.add_writer(lifeline, self._tell)
        self._loop.add_reader(newborn.handle, self._see_it_gone)

    @classmethod
    async def start(
        cls, nursing: Nursing, assignment: Assignment, label: str, on_ready: Callable[[], None]
    ) -> "ChildProcess":
        """Starts the child with this assignment, whose `report` is filled in here.

        Raises OSError when it cannot be started.
        """
        their_input, our_output = os.pipe()
        our_report, their_report = os.pipe()
        assignment = replace(assignment, report=their_report)
        try:
            newborn = await nursing.fork(assignment.target, label, [their_input, *assignment.descriptors])
        except BaseException:
            os.close(our_output)
            os.close(our_report)
            raise
        finally:
            os.close(their_input)
            os.close(their_report)
        child = cls(newborn, our_output, assignments.encode(assignment))
        child._hear(our_report, on_ready)
        return child

    @property
    def pid(self) -> int:
        """Its process id, which may be another's once it was buried."""
        return self._newborn.pid

    @property
    def ready(self) -> bool:
        """Whether it has said that it serves."""
        return self._ready_at is not None

    @property
    def served(self) -> float:
        """For how many seconds it has served so far."""
        return 0.0 if self._ready_at is None else self._loop.time() - self._ready_at

    def send(self, signal_number: int) -> None:
        """Sends a signal; a child that has ended gets none."""
        if not self._gone.done():
            self._newborn.send(signal_number)

    async def ended(self, nursing: Nursing) -> int:
        """Its exit code, or the negative number of its signal, once it has ended and is buried."""
        await self._gone
        return await nursing.bury(self._newborn)

    def _see_it_gone(self) -> None:
        self._loop.remove_reader(self._newborn.handle)
        self._loop.remove_writer(self._lifeline)
        os.close(self._lifeline)
        self._gone.set_result(None)

    def _tell(self) -> None:
        """Writes the assignment as fast as the child reads it; the pipe stays open for life."""
        try:
            self._untold = self._untold[os.write(self._lifeline, self._untold) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # the child has ended, as will be seen
            self._untold = b""
        if not self._untold:
            self._loop.remove_writer(self._lifeline)

    def _hear(self, report: int, on_ready: Callable[[], None]) -> None:
        os.set_blocking(report, False)

        def heard() -> None:
            with contextlib.suppress(BlockingIOError):
                said = os.read(report, _REPORT)
                if said and not self.ready:
                    self._ready_at = self._loop.time()
                    on_ready()
                if not said:
                    self._loop.remove_reader(report)
                    os.close(report)

        self._loop.add_reader(report, heard)
