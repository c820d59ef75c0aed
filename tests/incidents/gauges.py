"""What a server's processes take while it is pressed, and what it writes: memory, and rows of the store."""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fakes.server import Server, descendants, resident
from load.cost import Meter

_EVERY: Final = 0.2  # seconds between two looks
_QUIET: Final = 1.5  # seconds without a new row, after which nothing is left to be done
_MIB: Final = 1 << 20
_PROGRAM: Final = 60  # characters


class Memory:
    """The memory (RSS) of every process of a server, against what it was at first.

    A process that was born meanwhile counts from when it was first seen.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._first: dict[int, int] = {}
        self._most: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self.look()

    def look(self) -> None:
        """Notes what each has now."""
        for pid in (self._server.pid, *descendants(self._server.pid)):
            with contextlib.suppress(OSError, IndexError):  # it ended meanwhile
                octets = resident(pid)
                if pid not in self._first:
                    self._first[pid], self._names[pid] = octets, _name(pid)
                self._most[pid] = max(self._most.get(pid, 0), octets)

    def growth(self) -> tuple[str, float]:
        """The process that grew most, and by how many MiB."""
        grown = {pid: self._most[pid] - first for pid, first in self._first.items()}
        most = max(grown, key=grown.__getitem__)
        return self._names[most], grown[most] / _MIB


class Machine:
    """Who else works on this machine, from now on: what is measured meanwhile is theirs in part.

    To be asked while the server is alive: what its children have worked is no longer known afterwards.
    """

    def __init__(self) -> None:
        self._ours = Meter(os.getpid())
        self._ours.start()
        self._begun = time.monotonic()
        self._busy = _busy()

    def __str__(self) -> str:
        """How many processors others had, on average."""
        theirs = _busy() - self._busy - sum(self._ours.stop().seconds.values())
        took = max(theirs, 0) / (time.monotonic() - self._begun)
        return f"others had {took:.1f} of {os.cpu_count()} processors"


def _busy() -> float:
    """Seconds that all processors have worked (proc_stat(5)): all but idle and iowait."""
    fields = [
        int(one) for one in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def watched(memory: Memory) -> AsyncGenerator[None]:
    """Looks at it again and again while the block runs."""

    async def watch() -> None:
        while True:
            await asyncio.to_thread(memory.look)
            await asyncio.sleep(_EVERY)

    watching = asyncio.create_task(watch(), name="gauges")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def rows(data: Path) -> int:
    """How many rows were ever written for mail: copies, changes of inboxes, and digests.

    The store counts them itself and gives no number twice, so that what was removed counts too.
    """
    return _number(data / "intake.db", "SELECT last FROM counter") + _number(
        data / "index.db", "SELECT last FROM progress"
    )


async def settled(data: Path, within: float) -> int:
    """The rows once no more are written, or after so many seconds: digests come after their mail."""
    ends = time.monotonic() + within
    found, since = rows(data), time.monotonic()
    while time.monotonic() < min(since + _QUIET, ends):
        await asyncio.sleep(_EVERY)
        if (now := rows(data)) != found:
            found, since = now, time.monotonic()
    return found


def _number(file: Path, question: str) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute(question).fetchone()[0])


def _name(pid: int) -> str:
    """The module and its role, by the command line."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ours = next((at for at, word in enumerate(words) if b"mailweir.roles." in word), None)
    if ours is None:
        return words[1].rpartition(b"/")[2].decode(errors="replace")[:_PROGRAM] if len(words) > 1 else "?"
    name = words[ours + 1] if words[ours].endswith(b".child") else words[ours].rpartition(b".")[2]
    return name.decode(errors="replace")[:_PROGRAM]
