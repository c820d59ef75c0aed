"""Checkpoints: moving committed pages from the WAL into the database, beside the writers."""

from pathlib import Path
from typing import Literal

from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.threads import Threads
from mailweir.adapters.sqlite.writer import Writer
from mailweir.ports.clock import Clock

_RESTART_AT = 16 * 1024 * 1024  # octets of pages in the WAL: about what a busy second writes
_KEPT = 64 * 1024 * 1024  # octets of disk that the WAL may keep when it is not needed
_MOST = 4 * _KEPT  # octets that it may have at all
_QUIET = 1024 * 1024  # octets of pages; who writes so little between two rounds minds no pause


class SqliteMaintenance:
    """One process of the node calls `checkpoint` about once a second; nobody else does."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        file: File = File.INTAKE,
        *,
        restart_at: int = _RESTART_AT,
        kept: int = _KEPT,
    ) -> None:
        self._directory = directory
        self._file = file
        self._clock = clock
        self._restart_at = restart_at
        self._kept = kept
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
            self._writer = Writer(self._directory, self._clock, self._file)
            # Who is in the way is left alone until the next time.
            self._writer.connection.set_busy_timeout(0)
        octets = self._writer.checkpoint("PASSIVE").octets
        size = self._wal_size()
        # Giving 64 MiB back to the file system took 27-47 ms, and beginning anew 0.3-1.8 ms.
        if size > _MOST or (size > self._kept and octets <= _QUIET):
            self._begin_anew(self._writer, "TRUNCATE")
        elif octets > self._restart_at:
            self._begin_anew(self._writer, "RESTART")

    def _begin_anew(self, writer: Writer, mode: Literal["RESTART", "TRUNCATE"]) -> None:
        writer.checkpoint("PASSIVE")  # what came meanwhile, so that next to nothing is left for the lock
        with writer.lock:
            writer.checkpoint(mode)

    def _wal_size(self) -> int:
        try:
            return (self._directory / f"{self._file.database}-wal").stat().st_size
        except FileNotFoundError:
            return 0
