"""Checkpoints: moving committed pages from the WAL into the database, beside the writers."""

from pathlib import Path

from mailweir.adapters.sqlite.connection import DATABASE
from mailweir.adapters.sqlite.threads import Threads
from mailweir.adapters.sqlite.writer import Writer
from mailweir.ports.clock import Clock

_WAL_LIMIT = 64 * 1024 * 1024  # octets of disk that the WAL may keep when it is not needed


class SqliteMaintenance:
    """One process of the node calls `checkpoint` about once a second; nobody else does."""

    def __init__(self, directory: Path, clock: Clock, *, wal_limit: int = _WAL_LIMIT) -> None:
        self._directory = directory
        self._clock = clock
        self._wal_limit = wal_limit
        self._thread = Threads(1, "maintenance")
        self._writer: Writer | None = None

    async def checkpoint(self) -> None:
        """Moves what can be moved without waiting for anyone. Raises UnavailableError."""
        await self._thread.run(self._checkpoint)

    async def close(self) -> None:
        """Waits for a running checkpoint; a second call does nothing."""
        await self._thread.close()
        if self._writer is not None:
            self._writer.close()

    def _checkpoint(self) -> None:
        if self._writer is None:
            self._writer = Writer(self._directory, self._clock)
            # Who is in the way is left alone until the next time.
            self._writer.connection.set_busy_timeout(0)
        self._writer.checkpoint("PASSIVE")
        if self._wal_size() > self._wal_limit:
            # What came meanwhile is little, so writers wait for not much more than a sync.
            with self._writer.lock:
                self._writer.checkpoint("TRUNCATE")

    def _wal_size(self) -> int:
        try:
            return (self._directory / f"{DATABASE}-wal").stat().st_size
        except FileNotFoundError:
            return 0
