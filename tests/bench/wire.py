"""A blocking client for benches: it costs little, so that what is measured is the server."""

import socket
from types import TracebackType
from typing import Self

from fakes.smtp_client import a_message

_TIMEOUT = 30.0  # seconds for one reply
_CONTENT = a_message("bench", 1024)
_ENVELOPE = b"MAIL FROM:<bench@origin.test>\r\nRCPT TO:<bench@thing.test>\r\n"
# A whole transaction in one write; its last reply names the queue id.
_CHUNK = _ENVELOPE + f"BDAT {len(_CONTENT)} LAST\r\n".encode() + _CONTENT
_KEPT = b"queued as "


class Wire:
    """One connection that has said EHLO."""

    def __init__(self, where: tuple[str, int], source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(where, _TIMEOUT, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read(b"220 ")
        self.socket.sendall(b"EHLO origin.test\r\n")
        self._read(b"\r\n250 ")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def begin(self) -> None:
        """Everything of a message but its final dot."""
        self.socket.sendall(_ENVELOPE + b"DATA\r\n")
        self._read(b"354 ")
        self.socket.sendall(_CONTENT)

    def finish(self) -> None:
        """The final dot, and its answer."""
        self.socket.sendall(b".\r\n")
        self._read(_KEPT)

    def send(self) -> None:
        """A whole message."""
        self.socket.sendall(_CHUNK)
        self._read(_KEPT)

    def say(self, octets: bytes) -> None:
        """A whole transaction as it is, until its last reply."""
        self.socket.sendall(octets)
        self._read(_KEPT)

    def _read(self, until: bytes) -> None:
        said = b""
        while until not in b"\r\n" + said or not said.endswith(b"\n"):
            more = self.socket.recv(4096)
            if not more:
                raise ConnectionResetError("the server closed the connection")
            said += more
