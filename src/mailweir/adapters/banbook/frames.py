"""How a book is written: a head, and frames of edits, each with its length and checksum.

Readers take whole frames only. What is cut off at the end is not there yet, or never will be; what is broken
before a frame that is whole was damaged later, and is passed over.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from mailweir.model.ban import IPV4, IPV6, Edit, Kind, Register, Terms
from mailweir.ports.errors import UnavailableError

VERSION: Final = 1
"""Of this form of the book."""

LARGEST: Final = 1 << 20
"""Octets of one frame."""

_HEAD: Final = struct.Struct(">6sHQQ")  # magic, version, generation, first size; then a checksum of these
_VERSION: Final = struct.Struct(">6sH")  # what every version begins with
_CHECKSUM: Final = struct.Struct(">I")
_MAGIC: Final = b"MWBANS"
_MARK: Final = b"\xb7EDT"
_FRAME: Final = struct.Struct(">4sII")  # mark, octets of the edits, checksum of both numbers and the edits

HEAD: Final = _HEAD.size + _CHECKSUM.size
"""Octets before the first frame."""

FRAME: Final = _FRAME.size
"""Octets before the edits of a frame."""

_WIDTHS: Final = frozenset({IPV4, IPV6})

_encode = msgspec.msgpack.Encoder().encode


class _Written(msgspec.Struct, array_like=True, gc=False):
    """An edit as it is written: names of octets and of letters apart."""

    register: Register
    kind: Kind
    terms: Terms
    networks: tuple[bytes, ...]
    names: tuple[str, ...]

    def edit(self) -> Edit:
        """Raises ValueError when a network is none."""
        for name in self.networks:
            if len(name) - 1 not in _WIDTHS or name[-1] > 8 * (len(name) - 1):
                raise ValueError(name)
        return Edit(self.register, self.kind, self.networks or self.names, self.terms)


_decode = msgspec.msgpack.Decoder(tuple[_Written, ...]).decode


class BookVersionError(UnavailableError):
    """The book is of a newer Mailweir. Says it in a sentence."""


@dataclass(slots=True)
class Scanned:
    """What whole frames say. `end`: where the last of them ends; `last`: where that begins."""

    end: int
    last: int | None = None
    edits: list[Edit] = field(default_factory=list[Edit])
    damaged: int = 0


class Head(NamedTuple):
    """Which generation of the book this is, and how many octets it had when it was written anew."""

    generation: int
    first_size: int


def book(generation: int, edits: Sequence[Edit]) -> bytes:
    """A whole one."""
    written = frames(edits)
    octets = _HEAD.pack(_MAGIC, VERSION, generation, HEAD + len(written))
    return octets + _CHECKSUM.pack(zlib.crc32(octets)) + written


def head_of(octets: bytes, name: str) -> Head:
    """That of a book that begins so. Raises UnavailableError, also BookVersionError."""
    if len(octets) < _VERSION.size or octets[: len(_MAGIC)] != _MAGIC:
        raise UnavailableError(f"{name} is no blocklist: move it away, and import its entries anew")
    _, version = _VERSION.unpack_from(octets)
    if version > VERSION:
        raise BookVersionError(
            f"{name} is of a newer Mailweir (form {version}, this one knows {VERSION}): install that again"
        )
    if len(octets) < HEAD or octets[_HEAD.size : HEAD] != _CHECKSUM.pack(zlib.crc32(octets[: _HEAD.size])):
        raise UnavailableError(f"the head of {name} is damaged: move it away, and import its entries anew")
    return Head(*_HEAD.unpack_from(octets)[2:])


def frames(edits: Sequence[Edit]) -> bytes:
    """These edits, in as few frames as hold them."""
    octets = _encode([_written(edit) for edit in edits])
    if len(octets) > LARGEST and len(edits) > 1:
        middle = len(edits) // 2
        return frames(edits[:middle]) + frames(edits[middle:])
    if len(octets) > LARGEST:
        return frames(_halves(edits[0]))
    return _FRAME.pack(_MARK, len(octets), _checksum(octets)) + octets


def scan(octets: bytes, start: int = 0) -> Scanned:
    """All whole frames from `start` on."""
    found = Scanned(start)
    at = start
    while at < len(octets):
        body = _body(octets, at)
        if body is None:
            at = _next_whole(octets, at + 1)
            found.damaged += at < len(octets)
            continue
        edits = _read(body)
        found.edits += edits or ()
        found.damaged += edits is None
        found.last, at = at, at + FRAME + len(body)
        found.end = at
    return found


def _body(octets: bytes, at: int) -> bytes | None:
    if len(octets) - at < FRAME:
        return None
    mark, size, checksum = _FRAME.unpack_from(octets, at)
    body = octets[at + FRAME : at + FRAME + size] if size <= LARGEST else b""
    whole = mark == _MARK and len(body) == size and _checksum(body) == checksum
    return body if whole else None


def _next_whole(octets: bytes, at: int) -> int:
    """Where the next frame begins that is whole; the end when there is none."""
    while (at := octets.find(_MARK, at)) >= 0:
        if _body(octets, at) is not None:
            return at
        at += 1
    return len(octets)


def _read(body: bytes) -> tuple[Edit, ...] | None:
    try:
        return tuple(written.edit() for written in _decode(body))
    except ValueError:  # of msgspec, too
        return None


def _written(edit: Edit) -> _Written:
    networks = tuple(name for name in edit.names if isinstance(name, bytes))
    names = tuple(name for name in edit.names if isinstance(name, str))
    return _Written(edit.register, edit.kind, edit.terms, networks, names)


def _checksum(body: bytes) -> int:
    return zlib.crc32(body, len(body))


def _halves(edit: Edit) -> tuple[Edit, Edit]:
    middle = len(edit.names) // 2
    parts = edit.names[:middle], edit.names[middle:]
    return (
        Edit(edit.register, edit.kind, parts[0], edit.terms),
        Edit(edit.register, edit.kind, parts[1], edit.terms),
    )
