"""A ZIP archive that is written as it goes out: no more of it is in memory than was not taken yet.

Of each file that was written less than a hundred octets stay, and its name, until the end, where the archive
lists them.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_QUICK: Final = 1  # of nine levels: half the time of the usual one, and a tenth more octets
_PERMISSIONS: Final = 0o600 << 16  # where ZIP keeps those of POSIX
_ENTRY: Final = struct.Struct(
    "<6HI3QI2HBH"
)  # moment, CRC, lengths and place, attributes, kinds, name's length
_EARLIEST: Final = 315_532_800_000  # 1980-01-01, in milliseconds: ZIP knows no earlier moment
_LATEST: Final = 4_354_819_198_000  # and none after 2107


class Archive:
    """Used in the order begin, write, …, end; begin, …; close. What can be sent is to be had at any time."""

    def __init__(self) -> None:
        self._written = _Written()
        self._zip = ZipFile(self._written, "w", ZIP_DEFLATED, compresslevel=_QUICK)
        self._zip.filelist = _Listed()
        self._file: IO[bytes] | None = None

    @property
    def pending(self) -> int:
        """Octets that wait to be taken."""
        return self._written.octets

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        return self._written.take()

    def begin(self, name: str, made: int) -> None:
        """A file of any length; `made` in milliseconds since the epoch."""
        moment = datetime.fromtimestamp(min(max(made, _EARLIEST), _LATEST) / 1000, UTC)
        info = ZipInfo(name, moment.timetuple()[:6])
        info.compress_type, info.external_attr = ZIP_DEFLATED, _PERMISSIONS
        self._file = self._zip.open(info, "w", force_zip64=True)

    def write(self, octets: bytes) -> None:
        """More of the file that was begun last."""
        assert self._file is not None  # noqa: S101  as the order says
        self._file.write(octets)

    def end(self) -> None:
        """The file is whole."""
        assert self._file is not None  # noqa: S101
        self._file.close()
        self._zip.NameToInfo.clear()

    def close(self) -> None:
        """Lists what is in the archive, which is whole then; a second call does nothing."""
        self._zip.close()

    def abandon(self) -> None:
        """Nobody wants the rest; after `close` this does nothing."""
        if self._file is not None:
            self._file.close()
        self._zip.close()
        self.taken()


class _Listed(list[ZipInfo]):
    """What `ZipFile` lists at its end, in a tenth of the memory: it appends files, and goes over them once.

    A ZipInfo has more than a kilobyte, and an account may have a million messages.
    """

    def __init__(self) -> None:
        super().__init__()
        self._packed = bytearray()
        self._number = 0

    def append(self, info: ZipInfo, /) -> None:
        name = info.filename.encode()
        numbers = (info.CRC, info.compress_size, info.file_size, info.header_offset, info.external_attr)
        kinds = (info.flag_bits, info.extract_version, info.compress_type)
        self._packed += _ENTRY.pack(*info.date_time, *numbers, *kinds, len(name)) + name
        self._number += 1

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[ZipInfo]:
        place = 0
        while place < len(self._packed):
            *moment, crc, packed, whole, offset, attributes, flags, version, kind, length = (
                _ENTRY.unpack_from(self._packed, place)
            )
            place += _ENTRY.size
            info = ZipInfo(self._packed[place : place + length].decode(), tuple(moment))
            place += length
            info.CRC, info.compress_size, info.file_size, info.header_offset = crc, packed, whole, offset
            info.external_attr, info.flag_bits = attributes, flags
            info.extract_version, info.compress_type = version, kind
            yield info


class _Written:
    """What a ZipFile writes into, that cannot go back: then it asks for no length in advance."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.octets = 0

    def write(self, octets: bytes, /) -> int:
        self._pieces.append(bytes(octets))
        self.octets += len(octets)
        return len(octets)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces, self.octets = [], 0
        return whole
