"""Where the mailbox's statements run: threads with a connection each, beside the event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from mailweir.adapters.sqlite.connection import open_reader, translated
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


class Readers:
    """Threads with a connection each that cannot write; one that failed is opened anew when next used."""

    def __init__(self, directory: Path, count: int) -> None:
        self._directory = directory
        self._threads = Threads(count, "mailbox-reader")
        self._own = threading.local()
        self._connections: set[Connection] = set()

    async def run(self, query: Callable[[Connection], T]) -> T:
        """What `query` returns. Raises UnavailableError."""
        return await self._threads.run(lambda: self._answer(query))

    async def close(self) -> None:
        """Waits for running queries; a second call does nothing."""
        await self._threads.close()
        while self._connections:
            self._connections.pop().close()

    def _answer(self, query: Callable[[Connection], T]) -> T:
        connection: Connection | None = getattr(self._own, "connection", None)
        try:
            with translated(connection):
                return query(connection or self._connect())
        except UnavailableError:
            self._disconnect()
            raise

    def _connect(self) -> Connection:
        connection = open_reader(self._directory)
        self._own.connection = connection
        self._connections.add(connection)
        return connection

    def _disconnect(self) -> None:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            self._own.connection = None
            self._connections.discard(connection)
            connection.close(force=True)


class Removals:
    """One thread with a connection that may write."""

    def __init__(self, directory: Path, clock: Clock, patience: float) -> None:
        self._directory = directory
        self._clock = clock
        self._patience = patience
        self._thread = Threads(1, "mailbox-writer")
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

    def _commit(self, change: Callable[[Connection], T]) -> tuple[T, float]:
        if self._writer is None:
            self._writer = Writer(self._directory, self._clock, patience=self._patience)
        with self._writer.transaction() as connection:
            taken = self._clock.monotonic()
            result = change(connection)
        return result, self._clock.monotonic() - taken
