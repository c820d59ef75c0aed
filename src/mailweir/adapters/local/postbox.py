"""The receiving end of the local bus: one datagram socket of this process, read by the event loop."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

LARGEST = 64 * 1024
"""Octets of one datagram."""

_AT_ONCE = 64  # datagrams read before the loop's other work has its turn
_NAMES = 1000  # tried; a process has one bus, or a few


class Postbox:
    """Hands every datagram to `take` until it is closed."""

    def __init__(self, place: Path, take: Callable[[bytes], None]) -> None:
        """Binds `<pid>-<n>.sock` in `place` and reads on the running loop. Raises OSError."""
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        )
        try:
            self._path = _bind(self._socket, place)
            self._loop.add_reader(self._socket.fileno(), self._read)
        except OSError:
            self._socket.close()
            raise

    def close(self) -> None:
        """Ends reading and takes the socket's file away; a second call does nothing."""
        if self._socket.fileno() < 0:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram = self._socket.recv(LARGEST + 1)
            except OSError:  # nothing is left, or nothing that we could mend
                return
            self._take(datagram)
            if self._socket.fileno() < 0:
                return


def _bind(receiver: socket.socket, place: Path) -> Path:
    for number in range(1, _NAMES):
        path = place / f"{os.getpid()}-{number}.sock"
        try:
            receiver.bind(str(path))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            if _is_stale(path):  # its process had our number, and was killed
                path.unlink(missing_ok=True)
                receiver.bind(str(path))
                return path
        else:
            return path
    raise OSError(errno.EADDRINUSE, f"no free name in {place}")


def _is_stale(path: Path) -> bool:
    # In containers that share the directory, several live processes have the same number.
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as caller:
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False
