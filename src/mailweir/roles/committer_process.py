"""Starts a committer in a process of its own, and ends it with the role that it commits for."""

import asyncio
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mailweir.adapters.sqlite.committing_apart import CommitterApart
from mailweir.config.settings import Settings
from mailweir.observe import logs
from mailweir.roles.environment import environment

_STANDARD_ERROR = 2
_ENDING = 10.0  # seconds: a batch on a slow disk, and closing the store

_log = logs.get()


@asynccontextmanager
async def committer_process(settings: Settings) -> AsyncGenerator[CommitterApart]:
    """A committer for the store of these settings, in a session of its own as the supervisor's children."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "mailweir.roles.committer"),
            *(str(settings.data), settings.log_format),
            stdin=theirs.fileno(),
            stdout=_STANDARD_ERROR,
            env=environment(),
            start_new_session=True,
        )
    _, committer = await asyncio.get_running_loop().create_connection(CommitterApart, sock=ours)
    closing = asyncio.Event()
    watching = asyncio.create_task(_watch(process, closing), name="committer-watch")
    try:
        yield committer
    finally:
        closing.set()
        committer.close()
        try:
            async with asyncio.timeout(_ENDING):
                await watching
        except TimeoutError:
            process.kill()  # and no wait: on a disk that hangs not even this ends it


async def _watch(process: Process, closing: asyncio.Event) -> None:
    code = await process.wait()
    if not closing.is_set():
        _log.error("the committer has ended", code=code)
