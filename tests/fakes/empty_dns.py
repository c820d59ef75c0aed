"""A DNS server on loopback that knows no host, so that nobody waits for an answer of a real one.

with an_empty_dns() as where: a_server(data, f"--dns-servers={where}")
"""

import contextlib
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_LONGEST: Final = 4096
_NO_SUCH_NAME: Final = 3  # RFC 1035 §4.1.1, RCODE


@contextmanager
def an_empty_dns() -> Generator[str]:
    """Where it listens, as HOST:PORT."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        answering = threading.Thread(target=_answer, args=(listener,), name="empty-dns", daemon=True)
        answering.start()
        host, port = listener.getsockname()
        yield f"{host}:{port}"
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in it
    answering.join(5)


def _answer(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            query, client = listener.recvfrom(_LONGEST)
            if not client:
                return
            listener.sendto(_no_such_name(query), client)


def _no_such_name(query: bytes) -> bytes:
    """The question again, as the answer that there is no such name."""
    question = query[12 : query.index(b"\0", 12) + 5]
    flags = bytes([0x80 | (query[2] & 0x79), 0x80 | _NO_SUCH_NAME])
    return query[:2] + flags + b"\0\1\0\0\0\0\0\0" + question
