"""A supervisor of small roles in a process of its own, and what one can ask of its children."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from mailweir.config.settings import DOORS

CHILDREN = Path(__file__).parents[1] / "roles" / "children"
PATIENCE = 20.0  # seconds: a machine may be busy, and a test that waits in vain fails all the same
_TAKEN_IN = 0.5  # seconds after which a connection was not refused


class End(NamedTuple):
    """How a process ended, and what it had written that nobody had read."""

    code: int
    output: str
    errors: str


class Crew:
    """A running supervisor and the doors of its children."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.doors: dict[str, str] = {}

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        self.doors = json.loads(self.process.stdout.readline())

    def connect(self, door: str, word: str | None = None) -> socket.socket:
        """A conversation; the word is what the child is to do, and without one it waits."""
        host, _, port = self.doors[door].rpartition(":")
        talk = socket.create_connection((host, int(port)), PATIENCE)
        if word is not None:
            talk.sendall(word.encode() + b"\n")
        return talk

    def ask(self, door: str, word: str = "") -> list[str]:
        """The lines that the child answers, of which the first is its process id."""
        with self.connect(door, word) as talk, talk.makefile("rb") as answer:
            return answer.read().decode().splitlines()

    def pid(self, door: str) -> int:
        return int(self.ask(door)[0])

    def nursery(self) -> int:
        """The process that the supervisor has started, and that all children are forked from."""
        (pid,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(pid)

    def wait_until_refused(self, door: str) -> None:
        """Waits until nobody listens any more, which is how a drain begins."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                with self.connect(door) as talk:
                    talk.settimeout(_TAKEN_IN)
                    talk.recv(1)
            except ConnectionRefusedError:
                return
            except (ConnectionResetError, TimeoutError):  # the child had taken it in, and waits for a word
                continue
        raise TimeoutError(door)

    def end(self) -> "End":
        """Waits for the end."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return End(self.process.returncode, output.decode(), errors.decode())


def a_crew(data: Path, *parts: str) -> AbstractContextManager[Crew]:
    """A supervisor of these parts (`role=function:door*count`)."""
    return _running("keep_crew.py", str(data), *parts)


def a_server(kind: str, data: Path, **flags: str) -> AbstractContextManager[Crew]:
    """What `mailweir serve` is, with small roles: `whole`, `single`, or the name of one role."""
    free = dict.fromkeys(DOORS, "127.0.0.1:0") | {"data": str(data)} | flags
    return _running("serve_small.py", kind, *(f"{name}={value}" for name, value in free.items()))


@contextmanager
def _running(script: str, *words: str) -> Generator[Crew]:
    """The process is killed, if it still runs, when the test is over."""
    process = subprocess.Popen(
        [sys.executable, str(CHILDREN / script), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHILDREN), "MAILWEIR_SECRET": "not for others"},
    )
    crew = Crew(process)
    try:
        yield crew
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def wait_for_end(pid: int, within: float) -> bool:
    """Whether that process, which is not a child of ours, ends in so many seconds."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)
