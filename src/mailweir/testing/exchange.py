"""One question by HTTP and its answer, as octets and back, without I/O.

Every question has a connection of its own, which its answer ends: so whoever moves the octets reads until
there are no more of them, and needs to know nothing of HTTP.
"""

import io
import json
import socket
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from mailweir import __version__
from mailweir.testing.errors import MailweirError

T = TypeVar("T")

AWAY: Final = frozenset({502, 503, 504})
"""The answers of a server, or of a proxy before it, that is away and may come back."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. `after`: seconds to pause before it; `patience`: seconds that its answer may take."""

    method: str
    target: str
    body: bytes | None = None
    after: float = 0.0
    patience: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; what is no answer at all is one with status 503."""

    status: int
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  JSON is what it is
        """Its value. Raises MailweirError when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise MailweirError(f"An answer is no JSON: {self.body[:100]!r}.", self.status) from error

    @property
    def trouble(self) -> str:
        """Why it is not what was asked for, in the server's words where it has any."""
        try:
            said: object = json.loads(self.body)
        except ValueError:
            said = None
        words = cast("dict[str, object]", said).get("message") if isinstance(said, dict) else None
        return str(words or f"The server answered {self.status}.")


Conversation = Generator[Ask, Answer, T]
"""Questions that depend on the answers before them, and what they come to: whoever drives it does the I/O."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is asked, and by which key. `base` is what its paths begin with, without a slash."""

    scheme: str
    host: str
    port: int
    base: str = ""
    key: str = ""

    @classmethod
    def at(cls, url: str, key: str = "") -> "Server":
        """The server of that URL. Raises MailweirError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:  # a port past 65,535, half an IPv6 address
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in {"http", "https"} or not host:
            raise MailweirError(f"{url!r} is no address of a server, such as http://127.0.0.1:8025.", 400)
        usual = 443 if parts.scheme == "https" else 80
        return cls(parts.scheme, host, port or usual, parts.path.rstrip("/"), key)

    @property
    def place(self) -> str:
        """Host and port, as people and HTTP write them (RFC 3986 §3.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where its paths begin, without a slash."""
        return f"{self.scheme}://{self.place}{self.base}"

    def octets(self, ask: Ask) -> bytes:
        """What is sent to ask that."""
        fields = {
            "Host": self.place,
            "User-Agent": f"mailweir/{__version__}",
            "Connection": "close",
            **({"Mailsac-Key": self.key} if self.key else {}),
            **({} if ask.body is None else {"Content-Type": "application/json"}),
            **({} if ask.body is None else {"Content-Length": str(len(ask.body))}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{ask.method} {self.base}{ask.target} HTTP/1.1\r\n{head}\r\n".encode() + (ask.body or b"")

    def silence(self, error: Exception) -> Answer:
        """The answer of a server that gives none."""
        said = f"{self.place} does not answer: {str(error) or type(error).__name__}."
        return Answer(503, json.dumps({"message": said}).encode())

    def answer(self, octets: bytes) -> Answer:
        """What all the octets of a connection say; silence when they are no answer, or half of one."""
        from http.client import HTTPException, HTTPResponse  # noqa: PLC0415  15 ms of every start of pytest

        if b"\r\n\r\n" not in octets:  # http.client takes the end of all for that of the header
            return self.silence(ConnectionError("its answer was cut off"))
        response = HTTPResponse(cast("socket.socket", _Octets(octets)))
        try:
            response.begin()
            return Answer(response.status, response.read())
        except (HTTPException, OSError, ValueError) as error:
            return self.silence(error)
        finally:
            response.close()


class _Octets:
    """As much of a socket as an answer is read from."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> io.BytesIO:
        assert mode == "rb"  # noqa: S101  all that http.client asks for
        return io.BytesIO(self._octets)
