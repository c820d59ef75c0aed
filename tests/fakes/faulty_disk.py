"""A file layer for SQLite that counts syncs and fails when told to."""

from itertools import count

import apsw

_numbers = count()


class FaultyDisk(apsw.VFS):
    """The real disk, until one of its faults is set. Its name is what `vfs=` parameters take."""

    def __init__(self) -> None:
        self.name = f"faulty-{next(_numbers)}"
        self.sync_fails = False
        self.failing = 0  # syncs that are yet to fail; those after them succeed
        self.is_full = False
        self.syncs = 0
        super().__init__(self.name, "")

    def xOpen(  # noqa: N802  SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> "FaultyFile":
        return FaultyFile(self, name, flags)


class FaultyFile(apsw.VFSFile):
    """One file on it."""

    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.syncs += 1
        fails = self._disk.failing > 0
        self._disk.failing -= self._disk.failing > 0
        if self._disk.sync_fails or fails:
            raise apsw.IOError("injected")
        super().xSync(flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.is_full:
            raise apsw.FullError("injected")
        super().xWrite(data, offset)  # pyright: ignore[reportUnknownMemberType]  # apsw's Buffer
