"""A process that keeps a store: it takes steps and tells of each that is done. It is there to be killed."""

import asyncio
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import msgspec

from contracts.walking import Clear, Delete, Deliver, Expire, Read, Step, Watched
from fakes.makers import HandClock
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock

_KINDS: Final = {kind.__name__: kind for kind in (Clear, Delete, Deliver, Expire, Read)}
_PATIENCE: Final = 20.0  # seconds for an answer

# A process is forked from one that has imported all this, which takes 10 ms in place of 500.
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


class KeeperError(Exception):
    """A keeper that nobody killed did not do what it was told."""


class Keeper:
    """One process on the store in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._ours, theirs = _context.Pipe()
        self._process = _context.Process(target=_keep, args=(str(directory), theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._ask()

    def tell(self, passed: float, steps: list[Step]) -> None:
        """Hands steps over, to be taken at once and one beside the other; does not wait."""
        named = [(type(step).__name__, step) for step in steps]
        self._ours.send_bytes(msgspec.json.encode((passed, named)))

    def done(self, count: int) -> list[int]:
        """Waits for that many; the numbers of those that were told, in the order of their ends."""
        return [self._ask() for _ in range(count)]

    def kill(self) -> list[int]:
        """As the kernel does to whoever uses too much memory; the numbers of those that it had told of."""
        self._process.kill()
        self._process.join()
        told: list[int] = []
        with suppress(EOFError, ConnectionResetError):  # reset: it died before it had read all
            while True:
                told.append(int(self._ours.recv_bytes()))
        self._ours.close()
        self._process.close()
        return told

    def _ask(self) -> int:
        if not self._ours.poll(_PATIENCE):
            raise KeeperError(f"it said nothing for {_PATIENCE:.0f} s")
        try:
            return int(self._ours.recv_bytes())
        except EOFError:
            raise KeeperError("it has ended by itself") from None


def _keep(directory: str, connection: Connection) -> None:
    """What the process does until it is killed, or whoever started it is gone."""
    prepare(Path(directory), SystemClock())
    with suppress(EOFError):
        asyncio.run(_take_steps(Path(directory), connection))


async def _take_steps(directory: Path, connection: Connection) -> None:
    clock = HandClock()
    mailbox, digests = SqliteMailbox(directory, clock), SqliteDigests(directory, clock)
    watched = Watched(SqliteIntake.in_thread(directory, clock), mailbox, digests, clock)

    async def take(number: int, step: Step) -> None:
        await watched.take(step)
        connection.send_bytes(str(number).encode())

    connection.send_bytes(b"0")
    while True:
        told = await asyncio.to_thread(connection.recv_bytes)
        clock.passed, named = msgspec.json.decode(told, type=tuple[float, list[tuple[str, msgspec.Raw]]])
        steps = [msgspec.json.decode(raw, type=_KINDS[name]) for name, raw in named]
        await asyncio.gather(*(take(number, step) for number, step in enumerate(steps)))
