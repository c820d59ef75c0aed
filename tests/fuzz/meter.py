"""How far a worker is: two numbers in a file that is mapped, so that counting costs next to nothing."""

import mmap
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_NUMBERS = struct.Struct("=QQ")


class Meter:
    """Executions so far, and the nanoseconds of processor time that the slowest took."""

    def __init__(self, shared: mmap.mmap) -> None:
        self._shared = shared
        self._executions, self._slowest = _NUMBERS.unpack_from(shared)

    @staticmethod
    def make(path: Path) -> None:
        """A file for one, with nothing counted."""
        path.write_bytes(bytes(_NUMBERS.size))

    @staticmethod
    @contextmanager
    def open(path: Path | str) -> "Generator[Meter]":
        """The one that counts."""
        with Path(path).open("r+b") as file, mmap.mmap(file.fileno(), _NUMBERS.size) as shared:
            yield Meter(shared)

    @staticmethod
    def read(path: Path) -> tuple[int, int]:
        """What has been counted."""
        executions, slowest = _NUMBERS.unpack(path.read_bytes())
        return executions, slowest

    def count(self, spent: int) -> None:
        """One more execution, which took so many nanoseconds."""
        self._executions += 1
        self._slowest = max(self._slowest, spent)
        _NUMBERS.pack_into(self._shared, 0, self._executions, self._slowest)
