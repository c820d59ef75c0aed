"""Connections to the store's files, and the one place where SQLite's errors become the port's.

`intake.db` holds messages, `index.db` what was read out of them. Two files have two writers, who then
do not wait for each other; a reader of mail sees both as one. `accounts.db` holds who owns what.
`explanations.db` holds why mail was refused, which may be lost (`explanation_file`).

WAL with synchronous=FULL: a commit returns after its pages are fsynced. Nobody checkpoints by the
way, neither on commit nor on close: only the maintenance role does, so that a writer never pays for it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final, cast

import apsw

from mailweir.adapters.sqlite.disk import NO_SPACE
from mailweir.adapters.sqlite.driver import Connection
from mailweir.ports.errors import UnavailableError

# Writers exclude each other by `WriteLock`; this is for strangers (a shell, a backup) and for the
# moment in which another process recovers the WAL.
_BUSY_TIMEOUT = 5000  # ms
_SYNC_FAILURES = frozenset({apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC})


class File(Enum):
    """One file of the store. Its value names the file, its lock and the folder of its layout."""

    INTAKE = "intake"
    INDEX = "index"
    ACCOUNTS = "accounts"
    EXPLANATIONS = "explanations"

    @property
    def database(self) -> str:
        """The file's name."""
        return f"{self.value}.db"

    @property
    def lock(self) -> str:
        """The name of the file that its writers lock."""
        return f"{self.value}.lock"


MAIL: Final = (File.INTAKE, File.INDEX)
"""What a reader of mail sees as one."""

PROMISED: Final = (*MAIL, File.ACCOUNTS)
"""What may not be lost."""


class UnsyncedError(UnavailableError):
    """A write may or may not be on the disk, and asking again would not tell: stop writing."""


def open_writer(directory: Path, file: File = File.INTAKE, *, vfs: str | None = None) -> Connection:
    """A connection that commits durably; makes the file. `vfs` names another file layer of SQLite's."""
    connection = _open(directory, file, apsw.SQLITE_OPEN_CREATE, vfs)
    _set(
        connection,
        "journal_mode = WAL",
        "wal_autocheckpoint = 0",
        "synchronous = FULL",
        "cache_size = -16000",
    )
    return connection


def open_unpromised(directory: Path, file: File) -> Connection:
    """A connection that commits without a sync, and moves its WAL into the file itself; makes the file."""
    connection = _open(directory, file, apsw.SQLITE_OPEN_CREATE, None)
    _set(connection, "journal_mode = WAL", "synchronous = OFF", "cache_size = -1000")
    return connection


def open_reader(directory: Path) -> Connection:
    """A connection to both files that refuses to write (a truly read-only one could not read a WAL)."""
    connection = _open(directory, File.INTAKE, 0, None)
    attach(connection, directory, File.INDEX)
    _set(connection, "query_only = ON", "cache_size = -4000")
    return connection


def open_file(directory: Path, file: File) -> Connection:
    """A connection to one file that refuses to write."""
    connection = _open(directory, file, 0, None)
    _set(connection, "query_only = ON", "cache_size = -1000")
    return connection


def attach(connection: Connection, directory: Path, file: File) -> None:
    """Shows the tables of another file beside the connection's own; no name is in both."""
    connection.execute(f"ATTACH ? AS {file.value}_file", (str(directory / file.database),))


def _set(connection: Connection, *settings: str) -> None:
    for setting in settings:
        # One by one: the driver stops at the first statement that answers with a row.
        connection.execute(f"PRAGMA {setting}").fetchall()


def _open(directory: Path, file: File, create: int, vfs: str | None) -> Connection:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX | create
    connection = apsw.Connection(str(directory / file.database), flags=flags, vfs=vfs)
    connection.set_busy_timeout(_BUSY_TIMEOUT)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    return cast("Connection", connection)


@contextmanager
def translated(connection: Connection | None = None, *, committing: bool = False) -> Generator[None]:
    """What the driver raises inside leaves as UnavailableError or UnsyncedError."""
    try:
        yield
    except apsw.Error as error:
        raise unavailable(error, connection, committing=committing) from error


def unavailable(error: apsw.Error, connection: Connection | None, *, committing: bool) -> UnavailableError:
    """The port's word for `error`, which `connection` raised."""
    reason = f"SQLite: {error}"
    if _is_full(error, connection):
        return UnavailableError(reason, full=True)
    in_doubt = committing and not isinstance(error, apsw.BusyError)
    if in_doubt or isinstance(error, apsw.IOError):
        return UnsyncedError(reason)
    return UnavailableError(reason)


def _is_full(error: apsw.Error, connection: Connection | None) -> bool:
    if isinstance(error, apsw.FullError):
        return True
    # A quota and the shared-memory file report want of space as an I/O error.
    return (
        isinstance(error, apsw.IOError)
        and getattr(error, "extendedresult", 0) not in _SYNC_FAILURES
        and connection is not None
        and connection.system_errno in NO_SPACE
    )
