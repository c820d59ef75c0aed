"""A real `mailweir serve` in a directory of its own, on ports that the system chooses.

`a_server` gives one that is ready, and leaves no process behind, however the test ends. What it logs goes
to a file beside its data, which a failed start shows.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fakes.api import Api
from mailweir.roles.crew import ROLES

COMMAND = Path(sys.executable).with_name("mailweir")
PATIENCE = 20.0
"""Seconds that a test waits for something that must come: ten times what is promised of a start."""

FREE = ("--smtp=127.0.0.1:0", "--submission=127.0.0.1:0", "--http=127.0.0.1:0")
_LAST_LOG = 3000  # characters of the log that a failed start shows


class Endpoint(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Program(NamedTuple):
    """What is started: the words of `mailweir serve`, where, and with which variables in place of ours."""

    words: Sequence[str | Path] = (COMMAND, "serve")
    directory: Path | None = None
    variables: Mapping[str, str] | None = None


OURS = Program()


class Server:
    """One server over all its lives: started again it has the same data, flags and ports."""

    def __init__(
        self,
        data: Path,
        flags: Sequence[str] = (),
        *,
        source: Path | None = None,
        program: Program = OURS,
    ) -> None:
        """`source`: a copy of `src` to run in place of ours."""
        self.data = data
        self.log = data.with_name(f"{data.name}.log")
        self.said = ""  # what it wrote on standard output after the ready line
        self.ready_line = ""
        self.ready_after = 0.0  # seconds that the last start took
        self._flags = flags
        self._doors: dict[str, Endpoint] = {}
        self._program = program
        self._variables = environment(source) if program.variables is None else program.variables
        self._process: subprocess.Popen[bytes] | None = None
        self.api = Api()

    @property
    def smtp(self) -> Endpoint:
        return self._doors["smtp"]

    @property
    def submission(self) -> Endpoint:
        return self._doors["submission"]

    @property
    def http(self) -> Endpoint:
        return self._doors["http"]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Waits until the server is ready."""
        ports = [f"--{door}={where}" for door, where in self._doors.items()]
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program.words, f"--data={self.data}", *(ports or FREE), *self._flags],
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._program.directory,
                env=self._variables,
            )
        line = self._line()
        self.ready_after = time.monotonic() - begun
        self.ready_line = line
        said: dict[str, str] = json.loads(line)
        assert said.pop("event") == "ready"
        self._doors = {door: endpoint(where) for door, where in said.items()}
        self.api.use(self.http)

    def children(self) -> dict[str, int]:
        """The children's process ids by their names, such as `receiver 1`."""
        return {name: pid for pid, name in _children(self.pid)}

    def pids(self, role: str) -> list[int]:
        """The processes of one role."""
        return [pid for name, pid in self.children().items() if name.split()[0] == role]

    def family(self, role: str) -> list[int]:
        """The same, and the processes that they have started, such as a receiver's committer."""
        return [pid for first in self.pids(role) for pid in (first, *descendants(first))]

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self, within: float = PATIENCE) -> int:
        """Asks for a drain; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self.wait(within)

    def wait(self, within: float = PATIENCE) -> int:
        """Waits for the end; the exit code."""
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(within)
        self.said = self._process.stdout.read().decode()
        self._process.stdout.close()
        self.api.close()
        return code

    def kill(self) -> None:
        """Ends the server by SIGKILL and waits until none of its children is left."""
        if self._process is None or self._process.returncode is not None:
            return
        below = descendants(self._process.pid)
        self._process.kill()
        self.wait()
        left = [pid for pid in below if not ended(pid, PATIENCE)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        assert left == [], f"processes outlived their supervisor: {left}"

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self.kill()
            raise TimeoutError(f"not ready in {PATIENCE:g} s; {self._log_end()}")
        line = self._process.stdout.readline().decode()
        if not line:
            code = self.wait()
            raise ServerEndedError(f"ended with {code}; {self._log_end()}")
        return line

    def _log_end(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-_LAST_LOG:]


class ServerEndedError(RuntimeError):
    """The server ended in place of becoming ready."""


@contextmanager
def a_server(
    data: Path, *flags: str, source: Path | None = None, program: Program = OURS
) -> Generator[Server]:
    """A server that is ready."""
    server = Server(data, flags, source=source, program=program)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        server.api.close()


def environment(source: Path | None = None) -> dict[str, str]:
    """Ours, without what would change a setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILWEIR_")}
    return kept if source is None else {**kept, "PYTHONPATH": str(source)}


def endpoint(where: str) -> Endpoint:
    host, _, port = where.rpartition(":")
    return Endpoint(host, int(port))


def ended(pid: int, within: float) -> bool:
    """Whether that process ends in so many seconds."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)


def resident(pid: int) -> int:
    """The octets of memory that a process has of its own or shares (RSS)."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def proportional(pid: int) -> int:
    """The octets of memory that a process has, shared pages divided among who shares them (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no PSS of process {pid}")


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    below: list[int] = []
    with contextlib.suppress(OSError):  # it ended meanwhile
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            below += [int(child), *descendants(int(child))]
    return below


def _children(pid: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for child in descendants(pid):
        with contextlib.suppress(OSError):  # it ended meanwhile
            name = Path(f"/proc/{child}/comm").read_text(encoding="ascii").strip()
            if name.split()[0] in ROLES:
                found.append((child, name))
    return found
