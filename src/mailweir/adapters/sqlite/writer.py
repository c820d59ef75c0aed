"""Write transactions on `intake.db`: the lock, BEGIN IMMEDIATE … COMMIT, and what follows a failure.

After a failed sync the kernel may call unsynced pages clean, so that a second sync succeeds without
having written them. Therefore a writer that saw one never writes again; a fresh process starts with
`prepare`, which has every page written anew.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import apsw

from mailweir.adapters.sqlite.connection import UnsyncedError, open_writer, translated
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
    """One connection that may write. Used by one thread at a time."""

    def __init__(
        self, directory: Path, clock: Clock, *, patience: float = 5.0, vfs: str | None = None
    ) -> None:
        """Raises UnavailableError."""
        self.lock = _lock(directory, clock, patience)
        # A fresh file is switched to WAL on opening, which two processes must not do at once.
        with self.lock, translated():
            self.connection = open_writer(directory, vfs=vfs)
        self._broken = False

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """What is executed inside is durable on exit, or nothing of it is there.

        Raises UnavailableError, and from its first UnsyncedError on nothing but that.
        """
        with self._while_synced(), self.lock, self._undone_on_error(), translated(self.connection):
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            with translated(self.connection, committing=True):
                self.connection.execute("COMMIT")

    def checkpoint(self, mode: Literal["PASSIVE", "RESTART", "TRUNCATE"]) -> Checkpoint:
        """Moves the WAL into the database. Raises as `transaction`.

        RESTART has the next transaction begin at the start of the file, TRUNCATE gives the file back
        too, which takes the longer the larger it is.
        """
        with self._while_synced(), translated(self.connection):
            busy, frames, _ = self.connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()[0]
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
        if self._broken:
            raise UnsyncedError("an earlier write was not synced")
        try:
            yield
        except UnsyncedError:
            self._broken = True
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


def _lock(directory: Path, clock: Clock, patience: float) -> WriteLock:
    try:
        return WriteLock(directory, clock, patience=patience)
    except OSError as error:
        raise UnavailableError(f"{directory} cannot be written: {error.strerror}") from error
