"""Where a connection comes from and goes to, and whether its peer speaks already."""

import fcntl
import socket
import struct
import termios
from typing import Final, cast

from mailweir.policy.caps import unmapped

_COUNT: Final = struct.Struct("i")


def endpoint(name: object) -> tuple[str, int]:
    """Address and port of a socket's name; an IPv4 peer of an IPv6 socket is shown as IPv4."""
    if not isinstance(name, tuple) or not name:
        return ("", 0)  # an AF_UNIX peer has no address
    parts = cast("tuple[object, ...]", name)
    return (unmapped(str(parts[0])), int(str(parts[1])))


def speaks(bound: socket.socket) -> bool:
    """Whether octets wait in a socket that nobody has read from yet. Costs one system call."""
    try:
        octets = fcntl.ioctl(bound.fileno(), termios.FIONREAD, _COUNT.pack(0))
    except OSError:
        return False  # the peer is gone
    return _COUNT.unpack(octets) != (0,)
