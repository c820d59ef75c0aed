"""One HTTP connection: uvicorn's, with bounds on its head, and our own words for what is no HTTP."""

import asyncio
import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from mailweir.servers.web.errors import Problem, error_body
from mailweir.servers.web.security_headers import secured
from mailweir.servers.web.waiting import PATH as WAITING
from mailweir.servers.web.websocket import LiveConnection

HEAD_OCTETS: Final = 64 * 1024
"""The longest request line with its headers; browsers stay below 16 KiB."""

HEAD_SECONDS: Final = 30.0
"""How long a client may take to send a whole head."""

# Java's client offers HTTP/2 with every request, and httptools takes the body of such a one for HTTP/2.
_OFFER: Final = re.compile(rb"^upgrade(?=:[ \t]*h2c[ \t]*\r$)", re.IGNORECASE | re.MULTILINE)
_NO_OFFER: Final = b"x-offer"
_HEAD_END: Final = b"\r\n\r\n"


class Connection(HttpToolsProtocol):
    """Ended when its head is too long or too slow, and when `limit_concurrency` others are open."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._most = config.limit_concurrency
        self.limit_concurrency = None  # uvicorn would answer in plain text, and late
        self._head_octets = 0
        self._in_body = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Starts the clock of the first head."""
        super().connection_made(transport)
        self._await_head()
        if self._most is not None and len(self.connections) > self._most:
            self._end(
                HTTPStatus.SERVICE_UNAVAILABLE, "This server has too many connections. Please try again."
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._head_has_come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what came; the head is measured in reads, each of which the loop bounds."""
        if self.transport.is_closing():
            return
        super().data_received(data if self._in_body else _without_offer(data))
        if self._deadline is not None:
            self._head_octets += len(data)
            if self._head_octets > HEAD_OCTETS:
                self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too long.")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        if self._deadline is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """A head has come."""
        self._head_has_come()
        self._in_body = True
        before: RequestResponseCycle | None = self.cycle
        super().on_headers_complete()
        if before and before is not self.cycle and self._is_held(before):
            before.disconnected = True  # uvicorn tells the newest alone
            before.message_event.set()
            self._end(HTTPStatus.BAD_REQUEST, "Ask on another connection: one that waits is for that alone.")

    @staticmethod
    def _is_held(cycle: RequestResponseCycle) -> bool:
        """Whether a request still waits for a message.

        Behind it uvicorn reads no further, and would not see that the client is gone: so a message
        would be claimed for nobody.
        """
        unanswered = not (cycle.response_started or cycle.response_complete)
        return unanswered and WAITING.fullmatch(cycle.scope["path"]) is not None

    def on_message_complete(self) -> None:
        """A whole request has come."""
        self._in_body = False
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hands the connection over; what is no handshake is answered, which uvicorn leaves open for ever."""
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, LiveConnection) and not protocol.handshake_initiated:
            self._end(HTTPStatus.BAD_REQUEST, "That is no handshake of a WebSocket.")

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, instead of uvicorn's plain text."""
        self._end(HTTPStatus.BAD_REQUEST, msg)

    def _await_head(self) -> None:
        self._head_octets = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._late)

    def _head_has_come(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._end(HTTPStatus.REQUEST_TIMEOUT, "The request did not come in time.")

    def _end(self, status: HTTPStatus, message: str) -> None:
        self._head_has_come()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle and cycle.response_started and not cycle.response_complete:
            self.transport.abort()  # a second answer inside the first would be read as part of it
            return
        body = msgspec.json.encode(error_body(Problem(status, message)))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % pair for pair in secured(headers))
        self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), lines, body))
        self.transport.close()


def _without_offer(data: bytes) -> bytes:
    """The same octets, whose head offers no HTTP/2: we speak none, and may pass over it (RFC 9110 §7.8)."""
    if b"h2c" not in data and b"H2C" not in data:  # quickly, since nearly nobody does
        return data
    head, end, body = data.partition(_HEAD_END)
    return _OFFER.sub(_NO_OFFER, head + end[:2]) + end[2:] + body
