"""A client of the HTTP API over one connection that is kept, and made anew when the server was."""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

_TIMEOUT = 15.0  # seconds for one answer
_LONGEST_LIST = 1000
_LOOK_AGAIN = 0.05  # seconds

Message = Mapping[str, Any]


class Answer(NamedTuple):
    status: int
    body: bytes


class Api:
    """Use it from one thread. `use` says where the server listens."""

    def __init__(self) -> None:
        self._where = ("127.0.0.1", 0)
        self._connection: http.client.HTTPConnection | None = None

    def use(self, where: tuple[str, int]) -> None:
        self.close()
        self._where = where

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path: str) -> Answer:
        """Asks once more on a new connection when the kept one was closed."""
        if self._connection is not None:
            try:
                return self._ask(path)
            except (OSError, http.client.HTTPException):
                self.close()
        return self._ask(path)

    def post(self, path: str) -> Answer:
        """A request without a body, over a new connection."""
        self.close()
        return self._ask(path, b"")

    def all(self, limit: int = _LONGEST_LIST) -> Sequence[Message]:
        """*All mail*, newest first."""
        return self._list(f"/api/messages?limit={limit}")

    def inbox(self, address: str, limit: int = _LONGEST_LIST) -> Sequence[Message]:
        """The mail of one address, newest first."""
        return self._list(f"/api/addresses/{quote(address)}/messages?limit={limit}")

    def drop(self, address: str, raw: bytes) -> str:
        """Puts a message into an inbox, over a new connection: what is sent twice is there twice; its id."""
        self.close()
        answer = self._ask(f"/api/addresses/{quote(address)}/messages", raw)
        assert answer.status == 201, answer
        return json.loads(answer.body)["_id"]

    def digested(self, address: str, count: int, within: float = 30.0) -> Sequence[Message]:
        """The mail of one address, once so many messages of it have their digests."""
        begun = time.monotonic()
        while True:
            found = self.inbox(address)
            if sum(one["digest"] != "pending" for one in found) >= count:
                return found
            if time.monotonic() - begun > within:
                raise TimeoutError(f"{address} has {len(found)} messages after {within:g} s")
            time.sleep(_LOOK_AGAIN)  # noqa: TID251  it can only be asked again and again

    def raw(self, address: str, message_id: str) -> bytes:
        """The octets of a message, our trace fields on top."""
        answer = self.get(f"/api/raw/{quote(address)}/{message_id}")
        assert answer.status == 200, answer
        return answer.body

    def content(self, address: str, message_id: str) -> bytes:
        """The octets of a message as they were sent."""
        return without_trace(self.raw(address, message_id))

    def ready(self) -> tuple[bool, str]:
        """Whether `/readyz` says that all is well, and what it says."""
        try:
            answer = self.get("/readyz")
        except OSError as error:
            return False, str(error)
        return answer.status == 200, answer.body.decode()

    def wait_until_ready(self, within: float, *, ready: bool = True, saying: str = "") -> float:
        """For how many seconds `/readyz` took to say so."""
        begun = time.monotonic()
        while True:
            is_ready, said = self.ready()
            if is_ready is ready and saying in said:
                return time.monotonic() - begun
            if time.monotonic() - begun > within:
                raise TimeoutError(f"/readyz still says {said} after {within:g} s")
            time.sleep(_LOOK_AGAIN)  # noqa: TID251  it can only be asked again and again

    def _list(self, path: str) -> Sequence[Message]:
        answer = self.get(path)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def _ask(self, path: str, message: bytes | None = None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._where, timeout=_TIMEOUT)
        if message is None:
            self._connection.request("GET", path)
        else:
            self._connection.request("POST", path, message, {"Content-Type": "message/rfc822"})
        response = self._connection.getresponse()
        return Answer(response.status, response.read())


def without_trace(raw: bytes) -> bytes:
    """A kept message without the two fields that the server put on top: Return-Path and Received."""
    assert raw.startswith(b"Return-Path: <")
    lines = raw.split(b"\r\n", 5)
    assert lines[1].startswith(b"Received: from ")
    # Return-Path is one line, Received two more than its first, or three when it names the recipient.
    after = 1 + next(at for at in range(2, 6) if not lines[at].startswith(b"\t"))
    return raw.split(b"\r\n", after - 1)[after - 1]
