"""How much room there is, and whether the disk takes anything at all."""

import errno
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Error numbers that say that space is what is lacking."""

_PROBE_SIZE = 4096  # octets: one page of the file system


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Shares of the file system in use, from which on mail is taken with hesitation, or refused."""

    slow: float = 0.80
    full: float = 0.90

    def room(self, directory: Path, *, unused: int) -> Room:
        """How much room there is in `directory`. `unused` octets inside our own file count as free.

        What only root may fill counts as used, so that 100 % is where writing ends for us.
        Raises UnavailableError when the file system does not say.
        """
        try:
            disk = os.statvfs(directory)
        except OSError as error:
            raise UnavailableError(f"{directory} cannot be measured: {error.strerror}") from error
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        available = disk.f_bavail * disk.f_frsize
        # Inodes are not counted: the store is a handful of files.
        share = max(used - unused, 0) / max(used + available, 1)
        if share >= self.full:
            return Room.FULL
        return Room.SLOW if share >= self.slow else Room.CALM


def probe(directory: Path) -> None:
    """Writes and syncs a new file in `directory`, and removes it. Raises UnavailableError.

    A new file, because syncing an old one again says nothing about pages whose first sync failed.
    """
    path = directory / f".probe-{secrets.token_hex(8)}"
    try:
        _write_synced(path)
    except OSError as error:
        full = error.errno in NO_SPACE
        raise UnavailableError(f"{directory} takes no writes: {error.strerror}", full=full) from error


def sync_directory(directory: Path) -> None:
    """Makes the names in `directory` durable. Raises OSError."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_synced(path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, bytes(_PROBE_SIZE))
        os.fsync(file)
        sync_directory(path.parent)
    finally:
        os.close(file)
        path.unlink(missing_ok=True)
