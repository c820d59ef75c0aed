"""`strace` attached to a running process, while a block runs."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

_ATTACHED_WITHIN = 10.0  # seconds
_ENDED_WITHIN = 10.0  # seconds


@asynccontextmanager
async def strace(pids: Sequence[int], output: Path, *options: str) -> AsyncGenerator[None]:
    """Traces these processes and their threads into one `output`; they run on when the block ends."""
    words = ["strace", "-f", *(f"--attach={pid}" for pid in pids), "-o", str(output), *options]
    tracing = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
    assert tracing.stderr is not None
    try:
        async with asyncio.timeout(_ATTACHED_WITHIN):
            said = [await tracing.stderr.readline() for _ in pids]
        if not all(b"attached" in line for line in said):
            raise RuntimeError(f"strace cannot attach to {pids}: {b''.join(said).decode().strip()}")
        yield
    finally:
        if tracing.returncode is None:
            tracing.terminate()
        async with asyncio.timeout(_ENDED_WITHIN):
            await tracing.communicate()


# Another thread's line comes between, and the call goes on in a line of its own; or strace has let go of it.
_UNENDED = ("<unfinished ...>", "<detached ...>")
_CALL = re.compile(r"(\d+) +(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))", re.DOTALL)


class Call:
    """One line of a trace. A call that another thread's interrupts has two: its start and its end."""

    __slots__ = ("arguments", "begins", "ends", "name", "result", "thread")

    def __init__(self, thread: str, name: str, rest: str, *, begins: bool) -> None:
        self.thread = thread
        self.name = name
        self.begins = begins
        self.ends = not rest.endswith(_UNENDED)
        self.arguments, _, result = rest.rpartition(" = ") if self.ends else (rest, "", "")
        self.result = result.split(" ")[0]


def calls(trace: Sequence[str]) -> list[Call]:
    """The system calls in the lines of a trace, in their order."""
    found: list[Call] = []
    for line in trace:
        if match := _CALL.match(line):
            thread, name, rest, resumed, its_rest = match.groups()
            found.append(Call(thread, name or resumed, rest or its_rest or "", begins=name is not None))
    return found
