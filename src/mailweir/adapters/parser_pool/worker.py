"""A worker: answers one message after the other, in a process that may be killed at any moment.

Frames go both ways over its socket: a request is a whole message, its answer MessagePack.
"""

import resource
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from mailweir.model.digest import Digest
from mailweir.wire.frames import HEADER, header, length

Parse = Callable[[bytes], Digest]

_READ: Final = 256 * 1024
_ROOM: Final = 192 * 1024 * 1024  # octets of address space for a small message
_TIMES: Final = 16  # and for each octet of a large one: raw, decoded, as text, parsed, answered


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """A digest, or why there is none: `memory`, or the kind of error that a parser raised."""

    digest: Digest | None
    trouble: str = ""


_encode = msgspec.msgpack.Encoder().encode


def serve(link: socket.socket, parse: Parse) -> None:
    """Answers until nobody asks any more."""
    own = _address_space()
    limited = 0
    with link.makefile("rb", _READ) as requests:
        while len(begun := requests.read(HEADER)) == HEADER:
            size = length(begun)
            # In steps, so that the limit is not set for each message.
            wanted = own + _ROOM + (size >> 20) * _TIMES * (1 << 20)
            if wanted != limited:
                resource.setrlimit(resource.RLIMIT_AS, (wanted, resource.RLIM_INFINITY))
                limited = wanted
            answer = _answered(requests.read, size, parse)
            link.sendall(header(len(answer)) + answer)


def _answered(read: Callable[[int], bytes], size: int, parse: Parse) -> bytes:
    try:
        return _encode(Answer(parse(read(size))))
    except MemoryError:
        return _encode(Answer(None, "memory"))
    except Exception as error:  # noqa: BLE001  hostile input meets foreign parsers here
        return _encode(Answer(None, type(error).__name__))


def _address_space() -> int:
    """Octets that this process has mapped already."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text("ascii").split()[0]) * resource.getpagesize() if pages.exists() else 1 << 40
