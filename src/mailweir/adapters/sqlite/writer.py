"""Write transactions on a file of the store: the lock, BEGIN … COMMIT, and what follows a failure.

After a failed sync the kernel may call unsynced pages clean, so that a second sync succeeds without
having written them. Therefore a writer that saw one never writes again; a fresh process starts with
`prepare`, which has every page written anew.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import apsw

from mailweir.adapters.sqlite.connection import File, UnsyncedError, attach, open_writer, translated
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.lock import WriteLock
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

_PAGE = 4096  # octets, SQLite's default


class Checkpoint(NamedTuple):
    """Whether nobody was in the way, and how many octets of pages the WAL holds all the same."""

    finished: bool
    octets: int


class Writer:
    """One connection that may write to one file; that of the index sees the intake beside it.

    Used by one thread at a time. `broken` says that a write was not synced, and is the last word.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        file: File = File.INTAKE,
        *,
        patience: float = 5.0,
        vfs: str | None = None,
    ) -> None:
        """Raises UnavailableError."""
        self.file = file
        self.lock = _lock(directory / file.lock, clock, patience)
        # A fresh file is switched to WAL on opening, which two processes must not do at once.
        with self.lock, translated():
            self.connection = open_writer(directory, file, vfs=vfs)
            if file is File.INDEX:
                attach(self.connection, directory, File.INTAKE)
        # Beside an attached file IMMEDIATE would lock that, too.
        self._begin = "BEGIN" if file is File.INDEX else "BEGIN IMMEDIATE"
        self.broken = False

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """What is executed inside is durable on exit, or nothing of it is there.

        Raises UnavailableError, and from its first UnsyncedError on nothing but that.
        """
        with self._while_synced(), self.lock, self._undone_on_error(), translated(self.connection):
            self.connection.execute(self._begin)
            yield self.connection
            with translated(self.connection, committing=True):
                self.connection.execute("COMMIT")

    def checkpoint(self, mode: Literal["PASSIVE", "RESTART", "TRUNCATE"]) -> Checkpoint:
        """Moves the WAL into the database. Raises as `transaction`.

        RESTART has the next transaction begin at the start of the file, TRUNCATE gives the file back
        too, which takes the longer the larger it is.
        """
        with self._while_synced(), translated(self.connection):
            busy, frames, _ = self.connection.execute(f"PRAGMA main.wal_checkpoint({mode})").fetchall()[0]
        return Checkpoint(not busy, frames * _PAGE)

    def unused_octets(self) -> int:
        """Room inside the database file that deleted messages have left."""
        with translated(self.connection):
            pages = self.connection.execute("PRAGMA freelist_count").get
            size = self.connection.execute("PRAGMA page_size").get
        return pages * size

    def close(self) -> None:
        """A second call does nothing."""
        with suppress(apsw.Error):  # nothing is lost with it: what was promised is committed
            self.connection.close()
        self.lock.close()

    @contextmanager
    def _while_synced(self) -> Generator[None]:
        if self.broken:
            raise UnsyncedError("an earlier write was not synced")
        try:
            yield
        except UnsyncedError:
            self.broken = True
            raise

    @contextmanager
    def _undone_on_error(self) -> Generator[None]:
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                with suppress(apsw.Error):  # the first error says more
                    self.connection.execute("ROLLBACK")
            raise


def next_changes(connection: Connection, count: int) -> range:
    """Takes `count` change numbers within the running transaction."""
    last: int = connection.execute("SELECT last FROM counter").get
    connection.execute("UPDATE counter SET last = ?", (last + count,))
    return range(last + 1, last + count + 1)


def _lock(path: Path, clock: Clock, patience: float) -> WriteLock:
    try:
        return WriteLock(path, clock, patience=patience)
    except OSError as error:
        raise UnavailableError(f"{path.parent} cannot be written: {error.strerror}") from error
