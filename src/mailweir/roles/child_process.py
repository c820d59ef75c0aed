"""One life of a child, as its supervisor sees it: started, ready, ended."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

from mailweir.roles import assignment as assignments
from mailweir.roles.assignment import Assignment

_REPORT = 64  # octets: a child has one word to say
_STANDARD_ERROR = 2


class ChildProcess:
    """A running child. `ended` completes with its exit code, or the negative number of its signal.

    Its standard output is our standard error, so that nothing it prints is taken for the ready line, and
    it has a session of its own, so that Ctrl-C in a terminal asks the supervisor and nobody else.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", lifeline: int, assignment: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self._process = process
        self._lifeline = lifeline
        self._untold = assignment
        self._ready_at: float | None = None
        self.ended: asyncio.Future[int] = self._loop.create_future()
        os.set_blocking(lifeline, False)
        self._loop.add_writer(lifeline, self._tell)

    @classmethod
    def start(cls, assignment: Assignment, label: str, on_ready: Callable[[], None]) -> "ChildProcess":
        """Starts the child with this assignment, whose `report` is filled in here.

        Does not wait, so that no signal of the child's end comes too early. Raises OSError when it
        cannot be started.
        """
        their_input, our_output = os.pipe()
        our_report, their_report = os.pipe()
        assignment = replace(assignment, report=their_report)
        try:
            process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-P", "-m", "mailweir.roles.child", label],
                stdin=their_input,
                stdout=_STANDARD_ERROR,
                pass_fds=assignment.descriptors,
                env=environment(),
                start_new_session=True,
            )
        except BaseException:
            os.close(our_output)
            os.close(our_report)
            raise
        finally:
            os.close(their_input)
            os.close(their_report)
        child = cls(process, our_output, assignments.encode(assignment))
        child._hear(our_report, on_ready)
        return child

    @property
    def pid(self) -> int:
        """Its process id, which may be another's once `ended` is done."""
        return self._process.pid

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
        self._process.send_signal(signal_number)

    def look(self) -> None:
        """Completes `ended` if the child has ended. To be called on SIGCHLD."""
        code = self._process.poll()
        if code is not None and not self.ended.done():
            self._loop.remove_writer(self._lifeline)
            os.close(self._lifeline)
            self.ended.set_result(code)

    def _tell(self) -> None:
        """Writes the assignment as fast as the child reads it; the pipe stays open for life."""
        try:
            self._untold = self._untold[os.write(self._lifeline, self._untold) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # the child ended: SIGCHLD is on its way
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


def environment() -> dict[str, str]:
    """What our processes inherit: settings reach them by their assignment, and secrets by nothing else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAILWEIR_")}
