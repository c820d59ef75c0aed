"""Files that are whole or not there, also when the power goes, and a lock among processes."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Final

from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

_PAUSE: Final = 0.002  # seconds between two tries for the lock


def make_directory(path: Path) -> None:
    """For us alone, or for whom the directory around it is. Raises OSError."""
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    give(path)
    sync_directory(path.parent)


def give(path: Path) -> None:
    """What root has made beside a server of another user is that user's. Raises OSError."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def write_whole(path: Path, octets: bytes) -> None:
    """All or nothing: a new file, synced, then renamed. Raises OSError.

    When the directory cannot be synced at last, the new file is there, and perhaps not for ever.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            give(new)
            write_at(handle, octets, 0)
            os.fsync(handle)
        finally:
            os.close(handle)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_at(handle: int, octets: bytes, offset: int) -> None:
    """All of it. Raises OSError."""
    view = memoryview(octets)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written


def sync_directory(directory: Path) -> None:
    """Makes the names in `directory` durable. Raises OSError."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, clock: Clock, patience: float) -> Generator[None]:
    """Alone among all processes that do the same; at most `patience` seconds are waited for that.

    Raises UnavailableError, and OSError when the file cannot be made.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        give(path)
        ends = clock.monotonic() + patience
        while not _take(handle):
            if clock.monotonic() >= ends:
                raise UnavailableError(f"{path} was held by another process for {patience:g} s")
            Event().wait(_PAUSE)  # a blocking flock has no time-out
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
