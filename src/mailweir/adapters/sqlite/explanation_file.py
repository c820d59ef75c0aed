"""The file of explanations: laid out when it is first used, and begun anew when it cannot be read.

Nothing stands on it. So it is written without a sync, which mail's own would have to wait for, under a lock
of its own, and the start of no process depends on it. What a power cut leaves of it may be damaged: then it
goes, with a week of reasons.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import apsw

from mailweir.adapters.sqlite.connection import File, open_unpromised, translated
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.lock import WriteLock
from mailweir.adapters.sqlite.migration import StoreVersionError, migrate, released
from mailweir.observe import logs
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

T = TypeVar("T")

_PATIENCE: Final = 2.0  # seconds for another process that lays it out
_DAMAGED: Final = (apsw.CorruptError, apsw.NotADBError)
_FILE: Final = File.EXPLANATIONS

_log = logs.get()


class ExplanationFile:
    """One connection to it, for one thread at a time.

    It follows the file when another process has begun it anew. Who does not `renew` leaves it as it is.
    """

    def __init__(self, directory: Path, clock: Clock, *, renews: bool = True) -> None:
        self._directory = directory
        self._clock = clock
        self._renews = renews
        self._path = directory / _FILE.database
        self._connection: Connection | None = None
        self._identity: tuple[int, int] | None = None

    def run(self, act: Callable[[Connection], T]) -> T:
        """What `act` gives. Raises UnavailableError."""
        try:
            connection = self._open()
            with translated(connection):
                return act(connection)
        except StoreVersionError as error:
            self._end(damaged=True)
            raise UnavailableError(str(error)) from error
        except UnavailableError as error:
            self._end(damaged=isinstance(error.__cause__, _DAMAGED))
            raise
        except OSError as error:
            self._end(damaged=False)
            raise UnavailableError(f"{self._path} cannot be used: {error.strerror}") from error

    def close(self) -> None:
        """A second call does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(force=True)

    def _open(self) -> Connection:
        """The connection to the file that is there now."""
        if self._connection is not None and self._identity == _identity(self._path):
            return self._connection
        self.close()
        lock = WriteLock(self._directory / _FILE.lock, self._clock, patience=_PATIENCE)
        try:
            with lock, translated():
                self._identity = _identity(self._path)
                self._connection = connection = open_unpromised(self._directory, _FILE)
                self._identity = _identity(self._path)
                migrate(connection, released(_FILE), _FILE.database)
        finally:
            lock.close()
        return connection

    def _end(self, *, damaged: bool) -> None:
        """The next call begins with a new connection; when what there was is damaged, with a new file."""
        identity = self._identity
        self.close()
        if not damaged or not self._renews or identity != _identity(self._path):
            return
        _log.warning("the explanations could not be read and were begun anew", file=_FILE.database)
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(f"{_FILE.database}{end}").unlink()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file that is; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
