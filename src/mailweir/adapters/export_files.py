"""What is exported on its way to the disk: into a folder of files, or into one file. Private to its owner."""

import errno
import os
from pathlib import Path
from typing import BinaryIO, Final

_FOLDER: Final = 0o700
_FILE: Final = 0o600
_UNFINISHED: Final = ".part"


class FolderOfFiles:
    """Writes into a folder that is made for it, or is there and empty. Every method raises OSError."""

    def __init__(self, path: Path) -> None:
        """Raises FileExistsError for a folder that holds something, and for what is none."""
        path.mkdir(_FOLDER, parents=True, exist_ok=True)
        if next(path.iterdir(), None) is not None:
            raise _there(path)
        self._path = path
        self._file: BinaryIO | None = None

    def begin(self, name: str) -> None:
        """A file by a name that we have made; `a/b` lies in the folder `a`."""
        place = self._path / name
        place.parent.mkdir(_FOLDER, exist_ok=True)
        self._file = _new(place)

    def write(self, octets: bytes) -> None:
        """More of that file."""
        assert self._file is not None  # noqa: S101  `begin` comes first
        self._file.write(octets)

    def end(self) -> None:
        """The file is whole."""
        assert self._file is not None  # noqa: S101
        self._file.close()


class OneFile:
    """Has its name only once it is whole. Every method raises OSError."""

    def __init__(self, path: Path) -> None:
        """Raises FileExistsError when there is something of that name, or of that of its unfinished state."""
        if path.exists():
            raise _there(path)
        self._path = path
        self._unfinished = path.with_name(path.name + _UNFINISHED)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = _new(self._unfinished)

    def write(self, octets: bytes) -> None:
        """More of it."""
        self._file.write(octets)

    def end(self) -> None:
        """It is whole, and on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._unfinished.rename(self._path)

    def abandon(self) -> None:
        """It comes to nothing; once it has ended this does nothing."""
        if not self._file.closed:
            self._file.close()
            self._unfinished.unlink()


def _there(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE), "wb")
