"""Loads that run in processes of their own, pinned to one processor, so that nobody waits in their loops.

    async with apart("attack", plan) as load:
        await load.go()
        reaction = await load.result(Reaction)

Each is prepared when `apart` begins, runs from `go` on, and ends by itself or soon after `stop`. Plans and
results are JSON on its standard input and output. The server keeps every processor.
"""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar, cast, get_origin

import msgspec

_TESTS: Final = Path(__file__).parents[1]
_PREPARED: Final = 60.0  # seconds to be ready: real mail is read from 6,046 files
_PATIENCE: Final = 600.0  # seconds for a whole load
_READY: Final = b"ready\n"
_GO: Final = b"go\n"
_LONGEST: Final = 1 << 24  # octets of a result

Result = TypeVar("Result")


class Stage:
    """What a load is told: `ready` returns when it may begin, `over` is set when it shall end."""

    def __init__(self, commands: asyncio.StreamReader) -> None:
        self._commands = commands
        self._watching: asyncio.Task[None] | None = None
        self.over = asyncio.Event()

    async def ready(self) -> None:
        """Says that everything is prepared, and waits for the word."""
        sys.stdout.buffer.write(_READY)
        sys.stdout.buffer.flush()
        if await self._commands.readline() != _GO:
            raise EOFError("whoever started this load is gone")
        self._watching = asyncio.create_task(self._watch(), name="end of the load")

    async def _watch(self) -> None:
        await self._commands.read(1)
        self.over.set()


class Load:
    """A load in a process of its own."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout

    async def prepared(self) -> None:
        async with asyncio.timeout(_PREPARED):
            said = await self._out.readline()
        if said != _READY:
            raise RuntimeError(f"a load ended with {await self._process.wait()} before it began")

    async def go(self) -> None:
        self._in.write(_GO)
        await self._in.drain()

    def stop(self) -> None:
        """It ends once it has its last answers."""
        self._in.close()

    async def result(self, kind: type[Result]) -> Result:
        """What came of it, once it has ended."""
        async with asyncio.timeout(_PATIENCE):
            octets = await self._out.read()
            await self._process.wait()
        if self._process.returncode != 0:
            raise RuntimeError(f"a load ended with {self._process.returncode}")
        return msgspec.json.decode(octets, type=kind, dec_hook=_counted)

    async def end(self) -> None:
        """At once."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def apart(name: str, plan: object) -> AsyncGenerator[Load]:
    """The load of that name (`incidents.works`), ready to go; it does not outlive the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incidents.works", name),
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST,
        env={**os.environ, "PYTHONPATH": str(_TESTS)},
    )
    load = Load(process)
    try:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(plan) + b"\n")
        await process.stdin.drain()
        await load.prepared()
        yield load
    finally:
        await load.end()


def _counted(kind: type, found: object) -> object:
    """The one type in results that msgspec does not know."""
    assert get_origin(kind) is Counter, kind
    return Counter(cast("dict[str, int]", found))


# --- within that process ------------------------------------------------------------------------


def settle_down(niceness: int) -> None:
    """On the last processor alone, with as many descriptors as there may be.

    A load that measures gets a better niceness than those that press: what it measures is to be the server's
    time, not its own place in the queue for that processor.
    """
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[-1]})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with suppress(PermissionError):  # without root it queues like the others
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


async def commands() -> asyncio.StreamReader:
    """Our standard input."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader
