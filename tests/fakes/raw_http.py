"""An HTTP client that sends octets as they are, and hears the answer whenever it comes.

It reads while it writes: a server that refuses a long body need not read it. Of a stream of events it
reads the head and what comes along with it.
"""

import select
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_READ: Final = 1 << 16
_HEAD_END: Final = b"\r\n\r\n"
WAITING: Final = ("/wait", "/quiet")
"""How routes end that wait, half a minute if they are told nothing."""

_NO_BODY: Final = frozenset({101, 204, 304})

Where = tuple[str, int]


@dataclass(frozen=True)
class Answer:
    """`fields` as they came, names in lower case; `seconds` from the first octet that was sent."""

    status: int
    fields: Sequence[tuple[str, str]]
    body: bytes
    seconds: float

    @property
    def headers(self) -> Mapping[str, str]:
        return dict(self.fields)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:  # noqa: ANN401  JSON is what it is
        return msgspec.json.decode(self.body)


def request(method: str, target: str, *lines: str, body: bytes | None = None) -> bytes:
    """A request with these header lines; one Host and the body's length unless they are among them."""
    path, mark, query = target.partition("?")
    if path.endswith(WAITING):  # which have a query already, so that nobody waits
        target = path + mark + query.replace("?", "&")
    named = {line.partition(":")[0].lower() for line in lines}
    more = [] if "host" in named else ["Host: 127.0.0.1"]
    if body is not None and not named & {"content-length", "transfer-encoding"}:
        more.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *more, *lines])
    return head.encode("utf-8", "surrogateescape") + _HEAD_END + (body or b"")


def ask(where: Where, method: str, target: str, *lines: str, body: bytes | None = None) -> Answer:
    """One request on a connection of its own."""
    return say(where, request(method, target, *lines, body=body))


def say(where: Where, octets: bytes, within: float = 10.0) -> Answer:
    """Sends these octets and hears one answer.

    Raises ConnectionError when there is none, TimeoutError when it does not come.
    """
    begun = time.monotonic()
    headless = octets.startswith(b"HEAD ")
    heard = _exchanged(where, octets, lambda so_far: _end(so_far, headless=headless) is not None, within)
    return _answer(heard[: _end(bytearray(heard), headless=headless)], time.monotonic() - begun)


def say_all(where: Where, octets: bytes, within: float = 10.0) -> bytes:
    """Sends these octets and hears all that is answered until the server closes the connection."""
    return _exchanged(where, octets, lambda _: False, within)


def _exchanged(where: Where, octets: bytes, enough: Callable[[bytearray], bool], within: float) -> bytes:
    left, heard, open_ = memoryview(octets), bytearray(), True
    with socket.create_connection(where, timeout=within) as connection:
        connection.settimeout(0)
        while open_ and not enough(heard):
            readable, writable, _ = select.select([connection], [connection] if left else [], [], within)
            if not readable and not writable:
                raise TimeoutError(f"no answer in {within:g} s, only {bytes(heard[:200])!r}")
            if writable:
                left = left[_sent(connection, left) :]
            if readable:
                more = _received(connection)
                heard += more
                open_ = bool(more)
    return bytes(heard)


def _sent(connection: socket.socket, left: memoryview) -> int:
    try:
        return connection.send(left[: 1 << 20])
    except ConnectionError:
        return len(left)  # the other side has heard enough; its answer may be on the way


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(_READ)
    except ConnectionError:
        return b""


def _end(heard: bytearray, *, headless: bool) -> int | None:
    """Where the answer ends; None as long as more of it is to come."""
    at = heard.find(_HEAD_END)
    if at < 0:
        return None
    answer = _answer(bytes(heard[: at + 4]), 0)
    start, headers = at + 4, answer.headers
    if headless or answer.status in _NO_BODY:
        return start
    if headers.get("content-type", "").startswith("text/event-stream"):
        return len(heard)
    if "content-length" in headers:
        end = start + int(headers["content-length"])
        return end if len(heard) >= end else None
    return len(heard) if heard.endswith(b"0\r\n\r\n") else None


def _answer(octets: bytes, seconds: float) -> Answer:
    head, found, body = octets.partition(_HEAD_END)
    if not found:
        raise ConnectionResetError(f"the connection ended after {octets[:200]!r}")
    status, *fields = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (field.partition(":") for field in fields)]
    return Answer(int(status.split()[1]), pairs, body, seconds)
