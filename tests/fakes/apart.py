"""A SQLite intake whose committer serves at the other end of a real socket, in a thread of the test.

In the product it is a process of its own, which `tests/system/test_reload.py` and the incidents kill.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from mailweir.adapters.sqlite.committer import Committer
from mailweir.adapters.sqlite.committing_apart import CommitterApart, serve
from mailweir.adapters.sqlite.disk import Watermarks
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.writer import Writer
from mailweir.ports.clock import Clock


@asynccontextmanager
async def an_intake_apart(
    directory: Path,
    clock: Clock,
    *,
    vfs: str | None = None,
) -> AsyncGenerator[SqliteIntake]:
    """The store in `directory` has been prepared."""
    ours, theirs = socket.socketpair()

    def work() -> None:
        with theirs:
            committer = Committer(directory, Writer(directory, clock, vfs=vfs), Watermarks())
            serve(committer, theirs)
            committer.close()

    working = asyncio.create_task(asyncio.to_thread(work))
    _, apart = await asyncio.get_running_loop().create_connection(CommitterApart, sock=ours)
    intake = SqliteIntake(apart, clock, await apart.measure(refused=False))
    yield intake
    await intake.close()
    apart.close()
    await working
