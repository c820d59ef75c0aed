"""A mail server elsewhere, to which nothing must ever be sent on, and who connects to anything at all."""

import asyncio
import re
import socket
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from incidents.strace import strace

_CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
_ABROAD = re.compile(r"^\d+ +(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET")
_MAIL = 25


class FarServer:
    """Listens on loopback: on a port of its own, and on port 25 where that may be done."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self._sockets = sockets

    @property
    def port(self) -> int:
        return self._sockets[0].getsockname()[1]

    def calls(self) -> int:
        """How many connections came."""
        return sum(map(_waiting, self._sockets))


@contextmanager
def a_far_server() -> Generator[FarServer]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0)))]
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with suppress(OSError):  # not root, no IPv6, or somebody is there
                sockets.append(held.enter_context(socket.create_server((address, _MAIL), family=family)))
        for one in sockets:
            one.setblocking(False)  # noqa: FBT003  the socket module has no keyword for it
        yield FarServer(sockets)


def _waiting(listening: socket.socket) -> int:
    count = 0
    with suppress(BlockingIOError):
        while True:
            connection, _ = listening.accept()
            connection.close()
            count += 1
    return count


def _abroad(trace: Path) -> list[str]:
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if _ABROAD.match(line)]


@asynccontextmanager
async def connections(pids: Sequence[int], output: Path) -> AsyncGenerator[list[str]]:
    """What these processes say to anybody over a network, but for answers: filled when the block ends."""
    found: list[str] = []
    async with strace(pids, output, "-e", _CALLS):
        yield found
    found += _abroad(output)


async def connect_elsewhere(port: int, output: Path) -> list[str]:
    """What `connections` sees of a process that does connect: to a port of this machine."""
    code = f"import socket; input(); socket.create_connection(('127.0.0.1', {port})).close()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    async with connections([child.pid], output) as seen:
        await child.communicate(b"\n")
    return seen
