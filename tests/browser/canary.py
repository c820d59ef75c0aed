"""A listener on loopback that sings when anybody, browser or server, connects to it.

Whoever asks gets what runs or fetches further: a script, a style sheet, a document by the ending of the path.
"""

import re
import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager

_PATIENCE = 2.0  # seconds for a request line
_HEAD = 4096
_TLS = b"\x16\x03"  # a handshake's record, RFC 8446 §5.1
_REQUEST = re.compile(rb"^[A-Z]+ (\S+) HTTP/1")
_HOST = re.compile(rb"(?i)\nhost: *([^\r\n]+)")
_DESTINATION = re.compile(rb"(?i)\nsec-fetch-dest: *([^\r\n]+)")
_KINDS = {
    "js": ("text/javascript", "alert('fetched')"),
    "css": ("text/css", "body{background:url(further.png)}"),
    "svg": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' id='x' onload='alert(1)'/>"),
}
_PAGE = ("text/html", "<script>alert('fetched')</script>")


class Canary:
    """`hits`: one for each connection, as host, path and what it is for, or as how far it came without."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.hits: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def resolver_rules(self) -> str:
        """For Chromium: every other host is the canary, except those that Chromium itself calls."""
        own = ("google.com", "googleapis.com", "gstatic.com", "gvt1.com", "chromium.org")
        silent = ", ".join(f"MAP *.{host} ~NOTFOUND" for host in own)
        return f"{silent}, EXCLUDE 127.0.0.1, MAP * 127.0.0.1:{self.port}"


@contextmanager
def a_canary() -> Generator[Canary]:
    """A canary that listens until the end."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            canary.hits.append("nothing, but connected")
            at = len(canary.hits) - 1
            self.request.settimeout(_PATIENCE)
            try:
                asked = bytes(self.request.recv(_HEAD))
                canary.hits[at] = _asked(asked)
                self.request.sendall(_answer(asked))
            except OSError:
                pass  # it sang already

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        canary = Canary(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="canary")
        thread.start()
        try:
            yield canary
        finally:
            server.shutdown()
            thread.join()


def _asked(octets: bytes) -> str:
    request, host = _REQUEST.match(octets), _HOST.search(octets)
    if request is None or host is None:
        return "TLS" if octets.startswith(_TLS) else repr(octets[:60])
    destination = _DESTINATION.search(octets)
    return b" ".join((host[1] + request[1], b"as", destination[1] if destination else b"?")).decode("latin-1")


def _answer(octets: bytes) -> bytes:
    request = _REQUEST.match(octets)
    ending = request[1].decode("latin-1").rpartition(".")[2] if request else ""
    kind, body = _KINDS.get(ending, _PAGE)
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    )
    return (head + body).encode()
