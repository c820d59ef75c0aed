"""Where the mailbox's statements run: threads with a connection each, beside the event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from mailweir.adapters.sqlite.connection import File, open_reader, translated
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.writer import Writer
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

T = TypeVar("T")

_WAITING = 1000  # calls; beyond, the store is too slow for what is asked of it
_PATIENCE = 10.0  # seconds for one call, its wait for a thread included


class Threads:
    """Runs calls beside the loop; at most `_WAITING` of them, each for at most `_PATIENCE` seconds."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._closed = False
        self._calls: deque[None] = deque()  # one for each call that is not over; threads take them out

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` returns or raises. Raises UnavailableError when there is no room or time for it."""
        if self._closed:
            raise UnavailableError("the mailbox is closed")
        if len(self._calls) >= _WAITING:
            raise UnavailableError("more is asked of the store than it can answer")
        self._calls.append(None)
        future = self._pool.submit(call)
        future.add_done_callback(lambda _: self._calls.pop())
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise UnavailableError(f"the store did not answer in {_PATIENCE:g} s") from error

    async def close(self) -> None:
        """Waits for the calls that are not over; a second call does nothing."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._pool.shutdown)


class Reader:
    """A connection that cannot write; one that failed is opened anew when next used. For one thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._connection: Connection | None = None

    def answer(self, query: Callable[[Connection], T]) -> T:
        """What `query` returns. Raises UnavailableError."""
        try:
            with translated(self._connection):
                if self._connection is None:
                    self._connection = open_reader(self._directory)
                return query(self._connection)
        except UnavailableError:
            self.close()
            raise

    def close(self) -> None:
        """A second call does nothing."""
        if self._connection is not None:
            self._connection.close(force=True)
            self._connection = None


class Readers:
    """Threads with a reader each."""

    def __init__(self, directory: Path, count: int) -> None:
        self._directory = directory
        self._threads = Threads(count, "mailbox-reader")
        self._own = threading.local()
        self._readers: list[Reader] = []

    async def run(self, query: Callable[[Connection], T]) -> T:
        """What `query` returns. Raises UnavailableError."""
        return await self._threads.run(lambda: self._reader().answer(query))

    async def close(self) -> None:
        """Waits for running queries; a second call does nothing."""
        await self._threads.close()
        while self._readers:
            self._readers.pop().close()

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = Reader(self._directory)
            self._readers.append(reader)
        return reader


class Changes:
    """One thread with a connection that may write to one file."""

    def __init__(
        self, directory: Path, clock: Clock, file: File = File.INTAKE, *, patience: float = 5.0
    ) -> None:
        """`patience`: seconds to wait for other writers."""
        self._directory = directory
        self._file = file
        self._clock = clock
        self._patience = patience
        self._thread = Threads(1, f"{file.value}-writer")
        self._writer: Writer | None = None

    async def run(self, change: Callable[[Connection], T]) -> tuple[T, float]:
        """What `change` returns, once it is committed, and for how many seconds it held the lock.

        Raises UnavailableError.
        """
        return await self._thread.run(lambda: self._commit(change))

    async def close(self) -> None:
        """Waits for a running change; a second call does nothing."""
        await self._thread.close()
        if self._writer is not None:
            self._writer.close()

    @property
    def broken(self) -> bool:
        """Whether a write was not synced; there will be no other one."""
        return self._writer is not None and self._writer.broken

    def _commit(self, change: Callable[[Connection], T]) -> tuple[T, float]:
        if self._writer is None:
            self._writer = Writer(self._directory, self._clock, self._file, patience=self._patience)
        with self._writer.transaction() as connection:
            taken = self._clock.monotonic()
            result = change(connection)
        return result, self._clock.monotonic() - taken
