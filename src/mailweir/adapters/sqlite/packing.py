"""Bodies as they lie in the store: zstd where that is shorter, else as they came."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import zstandard

PLAIN, ZSTD = 0, 1

_LEVEL = 1  # 6 µs for 1 KB; higher ones cost more than the disk they save
_SHORTEST = 512  # octets; below, zstd's frame eats what it saves


class Body(NamedTuple):
    """Octets for the column `raw`, and how they are encoded."""

    encoding: int
    stored: bytes


class Packer:
    """Used by one thread at a time."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)

    def pack(self, bodies: Sequence[bytes]) -> list[Body]:
        """A whole batch in one call: each call hands the interpreter's lock over, and beside a busy
        event loop getting it back costs more than the compression (443 of 4,964 samples).
        """  # noqa: D205  the reason belongs to the first sentence
        long = [body for body in bodies if len(body) >= _SHORTEST]
        packed = iter(self._compressor.multi_compress_to_buffer(long) if long else ())  # pyright: ignore[reportArgumentType]  # its List takes no list[bytes]
        return [
            _shorter(body, next(packed).tobytes()) if len(body) >= _SHORTEST else Body(PLAIN, body)
            for body in bodies
        ]


def unpacked(encoding: int, size: int, stored: bytes) -> bytes:
    """The octets as they came; `size` of them."""
    if encoding == PLAIN:
        return stored
    return _here.decompressor.decompress(stored, max_output_size=size)


class _Here(threading.local):
    """What a thread has to itself: making one takes longer than unpacking a short mail."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_here = _Here()


def _shorter(body: bytes, packed: bytes) -> Body:
    return Body(ZSTD, packed) if len(packed) < len(body) else Body(PLAIN, body)
