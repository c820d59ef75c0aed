"""Which processes go by the book, and how far: a small file of each, which it has locked as long as it lives.

So they are found with the bus and everything else down, those that are stopped too.
"""

import fcntl
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from mailweir.adapters.banbook.files import give, make_directory
from mailweir.model.ban import Holder, Position

_POSITION: Final = struct.Struct(">QQ")


class Place:
    """This process's own among the holders."""

    def __init__(self, directory: Path, role: str) -> None:
        """Raises OSError."""
        make_directory(directory)
        self._path = directory / f"{role}.{os.getpid()}.{secrets.token_hex(4)}"
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        give(self._path)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        self.note(Position())

    def note(self, position: Position) -> None:
        """Not synced: with this process it means nothing. Raises OSError."""
        if self._handle >= 0:
            os.pwrite(self._handle, _POSITION.pack(position.generation, position.offset), 0)

    def leave(self) -> None:
        """A second call does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            self._path.unlink(missing_ok=True)
            os.close(handle)


def holders(directory: Path) -> list[Holder]:
    """All that live, by role and number. What dead ones have left is removed. Raises OSError."""
    if not directory.is_dir():
        return []
    return sorted(_living(directory), key=lambda one: (one.role, one.pid))


def _living(directory: Path) -> Iterator[Holder]:
    for path in directory.iterdir():
        role, _, rest = path.name.partition(".")
        number = rest.partition(".")[0]
        if not number.isdecimal():
            continue
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                octets = os.pread(handle, _POSITION.size, 0)
                # One that was made just now may not be locked yet, and says nothing.
                if len(octets) < _POSITION.size:
                    continue
                if _is_locked(handle):
                    yield Holder(role, int(number), Position(*_POSITION.unpack(octets)))
                else:
                    path.unlink(missing_ok=True)
            finally:
                os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
