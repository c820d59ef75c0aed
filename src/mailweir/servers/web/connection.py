"""One HTTP connection: uvicorn's, with bounds on head and body, and our own words for what is no HTTP."""

import asyncio
import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from mailweir.servers.web.errors import Problem, error_body
from mailweir.servers.web.places import Places
from mailweir.servers.web.security_headers import secured
from mailweir.servers.web.waiting import PATH as WAITING
from mailweir.servers.web.websocket import LiveConnection

HEAD_OCTETS: Final = 64 * 1024
"""The longest request line with its headers; browsers stay below 16 KiB."""

HEAD_SECONDS: Final = 30.0
"""How long a client may take to send a whole head."""

PRESSED_SECONDS: Final = 10.0
"""The same while places are short, for heads and for bodies."""

BODY_FLOOR: Final = 500
"""Octets per second that a body has to bring, as a message by SMTP has to; over as long as a head has."""

_RETRY_AFTER: Final = 10  # seconds that a refused client should stay away

# Java's client offers HTTP/2 with every request, and httptools takes the body of such a one for HTTP/2.
_OFFER: Final = re.compile(rb"^upgrade(?=:[ \t]*h2c[ \t]*\r$)", re.IGNORECASE | re.MULTILINE)
_NO_OFFER: Final = b"x-offer"
_HEAD_END: Final = b"\r\n\r\n"


class Connection(HttpToolsProtocol):
    """Ended when its head is too long or too slow, its body too slow, and when `places` have none for it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        places: Places,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._places = places
        self._head_octets = 0
        self._body_octets = 0
        self._in_body = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Starts the clock of the first head."""
        super().connection_made(transport)
        refusal = self._places.enter(self, self.client[0] if self.client else "")
        if refusal is None:
            self._await_head()
            return
        self._end(HTTPStatus.SERVICE_UNAVAILABLE, refusal)
        self.loop.call_soon(transport.abort)  # by then it is written, or the client does not read

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._stop_clock()
        self._places.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what came; the head is measured in reads, each of which the loop bounds."""
        if self.transport.is_closing():
            return
        super().data_received(data if self._in_body else _without_offer(data))
        if self._in_body:
            self._await_body()
        elif self._deadline is not None:
            self._head_octets += len(data)
            if self._head_octets > HEAD_OCTETS:
                self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too long.")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        if self._deadline is None:
            self._await_head()

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self._body_octets += len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """A head has come."""
        self._stop_clock()
        self._in_body = True
        self._places.busy(self)
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
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        if self.cycle.response_complete:  # none that was pipelined is under way
            self._places.idle(self)

    def make_room(self) -> None:
        """Somebody else needs the place, and nothing is asked here."""
        self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        """Hands the connection over; what is no handshake is answered, which uvicorn leaves open for ever."""
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, LiveConnection):
            protocol.takes_over(self, self._places)
        if isinstance(protocol, LiveConnection) and not protocol.handshake_initiated:
            self._end(HTTPStatus.BAD_REQUEST, "That is no handshake of a WebSocket.")

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, instead of uvicorn's plain text."""
        self._end(HTTPStatus.BAD_REQUEST, msg)

    def _await_head(self) -> None:
        self._head_octets = 0
        self._deadline = self.loop.call_later(self._patience(), self._late)

    def _await_body(self) -> None:
        """Looks at a body that did not come at once, now and then until it is whole."""
        if self._deadline is None:
            seconds = self._patience()
            self._body_octets = 0
            self._deadline = self.loop.call_later(seconds, self._look_at_body, seconds)

    def _look_at_body(self, seconds: float) -> None:
        self._deadline = None
        if self._body_octets < seconds * BODY_FLOOR and not self.flow.read_paused:
            self._end(HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly.")
        else:
            self._await_body()

    def _patience(self) -> float:
        return PRESSED_SECONDS if self._places.pressed else HEAD_SECONDS

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._end(HTTPStatus.REQUEST_TIMEOUT, "The request did not come in time.")

    def _end(self, status: HTTPStatus, message: str) -> None:
        self._stop_clock()
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
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", b"%d" % _RETRY_AFTER))
        lines = b"".join(b"%b: %b\r\n" % pair for pair in secured(headers))
        self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), lines, body))
        self.transport.close()


def _without_offer(data: bytes) -> bytes:
    """The same octets, whose head offers no HTTP/2: we speak none, and may pass over it (RFC 9110 §7.8)."""
    if b"h2c" not in data and b"H2C" not in data:  # quickly, since nearly nobody does
        return data
    head, end, body = data.partition(_HEAD_END)
    return _OFFER.sub(_NO_OFFER, head + end[:2]) + end[2:] + body
