"""One connection: the only mover of octets between a peer and the sans-IO conversation.

Everything but a delivery is answered within the callback that brought the octets; a delivery adds
one callback to the future that the intake gives. There is no task per connection and none per
message, so an idle peer costs a few hundred octets and no switch.
"""

import asyncio
from functools import partial
from typing import Protocol, cast

from mailweir.model.message import Peer
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.deadlines import Deadlines, Request
from mailweir.servers.smtp.door import Door, Visitor
from mailweir.servers.smtp.endpoint import endpoint
from mailweir.services.reception import Receipt
from mailweir.wire.proxy import Incomplete, read
from mailweir.wire.smtp.events import Message, StartTls
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Server

_MOST_BUFFERED = 64 * 1024  # octets held from a peer that talks on while it waits for an answer


class House(Protocol):
    """What a session asks of its listener."""

    door: Door
    deadlines: Deadlines
    draining: bool

    def now(self) -> float:
        """Seconds of the loop's clock."""
        ...

    def trusts(self, ip: str) -> bool:
        """Whether a PROXY header from this address is believed, and asked for."""
        ...

    def entered(self, session: "Session") -> bool:
        """Registers a connection; False when there is no place for it."""
        ...

    def left(self, session: "Session") -> None:
        """The connection is gone."""
        ...

    def upgrade(self, session: "Session", transport: asyncio.Transport) -> None:
        """Starts TLS, and then calls `Session.secured`."""
        ...


class Session(asyncio.Protocol):
    """One peer, from its connection to its end."""

    __slots__ = (
        "_conversation",
        "_desk",
        "_eof",
        "_held",
        "_house",
        "_paused",
        "_proven",
        "_proxy",
        "_receipt",
        "_request",
        "_source",
        "_stopped",
        "_target",
        "_transport",
        "_unread",
        "_upgrading",
        "_visitor",
        "_weighed",
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._desk = house.door.desk("")
        self._conversation = Server(self._desk.rules)
        self._transport: asyncio.Transport | None = None
        self._source = ("", 0)
        self._target: tuple[str, int] | None = None
        self._request = Request(house.now())
        self._proxy: bytes | None = None
        self._unread: bytes | None = None  # what TLS brought before the upgrade was announced
        self._receipt: Receipt | None = None
        self._weighed: asyncio.Future[Reply | None] | None = None  # a password that is being looked at
        self._held: asyncio.TimerHandle | None = None
        self._paused = self._proven = self._eof = False
        self._upgrading = self._stopped = False
        self._visitor: Visitor | None = None

    # --- called by the event loop -----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer is there: find out who it is and greet it."""
        self._transport = transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._source = endpoint(transport.get_extra_info("peername"))
        if not self._house.entered(self):
            self._conversation.end(replies.TOO_MANY_SESSIONS)
            self._flush()
            return
        if self._house.trusts(self._source[0]):
            self._proxy = b""
        else:
            self._greet()

    def data_received(self, data: bytes) -> None:
        """Octets arrived."""
        if self._upgrading:
            self._unread = (self._unread or b"") + data
            return
        if self._proxy is not None:
            self._read_proxy(data)
            return
        self._request.octets += len(data)
        self._conversation.feed(data)
        self._advance()

    def eof_received(self) -> bool:
        """The peer has said its last; what it asked is still answered, then we close."""
        self._eof = True
        if not self._busy:
            self._close()
        return self._busy

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone. A delivery under way goes on: it was complete (RFC 1047)."""
        del exc
        if self._held is not None:
            self._held.cancel()
        self._transport = None
        self._house.left(self)

    def pause_writing(self) -> None:
        """The peer does not read its answers: take no more questions."""
        self._paused = True
        self._stop_reading()

    def resume_writing(self) -> None:
        """It does again."""
        self._paused = False
        self._advance()
        self._resume_reading()

    # --- called by the listener -------------------------------------------------------------

    def secured(self, transport: asyncio.Transport) -> None:
        """TLS is up: go on from an empty conversation (RFC 3207 §4.2)."""
        self._transport = transport
        self._upgrading = False
        self._desk = self._house.door.desk(self._source[0])
        self._conversation.secured()
        self._request.next()
        unread, self._unread = self._unread, None
        if unread:
            self.data_received(unread)

    def expire(self, now: float) -> None:
        """Ends what has taken too long."""
        content = self._receipt is None and self._conversation.receiving
        if not self._request.overdue(now, self._allowed(), self._house.deadlines, content=content):
            return
        if self._upgrading:
            self.abort()
        elif self._receipt is not None:
            # The store may still finish; the client is told to try again, and may send it twice.
            self._answer_message(replies.STORE_AWAY)
        else:
            self._weighed = None
            self._end(replies.TOO_SLOW)

    def drain(self) -> None:
        """Ends the session as soon as nothing is under way."""
        if not self._busy and not self._conversation.receiving and not self._upgrading:
            self._end(replies.SHUTTING_DOWN)

    def abort(self) -> None:
        """Ends the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    # --- moving on ------------------------------------------------------------------------------

    def _greet(self) -> None:
        self._desk = self._house.door.desk(self._source[0])
        self._conversation.greet(self._desk.rules)
        self._flush()

    def _read_proxy(self, data: bytes) -> None:
        octets = (self._proxy or b"") + data
        header = read(octets)
        if header is Incomplete.NEED_MORE:
            self._proxy = octets
        elif header is Incomplete.BROKEN:
            self.abort()
        else:
            self._proxy = None
            self._source = header.source or self._source
            self._target = header.target
            self._greet()
            if rest := octets[header.length :]:
                self.data_received(rest)

    def _advance(self) -> None:
        """Answers whatever can be answered now."""
        if self._busy or self._paused:
            self._bound()
            return
        conversation = self._conversation
        desk = self._desk
        while (event := conversation.next_event()) is not None:
            if isinstance(event, Message):
                self._deliver(event)
                break
            if isinstance(event, StartTls):
                self._start_tls()
                return
            decided = desk.decide(event)
            if isinstance(decided, asyncio.Future):
                self._weighed = decided
                decided.add_done_callback(self._decided)
                break
            conversation.answer(decided)
        if self._flush():
            self._request.next()
        if self._eof and not self._busy:
            self._close()

    @property
    def _busy(self) -> bool:
        """Whether something is waited for, so that the peer's next command waits, too."""
        return self._receipt is not None or self._weighed is not None

    def _decided(self, decided: "asyncio.Future[Reply | None]") -> None:
        """A password was looked at."""
        if decided is not self._weighed or self._transport is None:
            return
        self._weighed = None
        failed = decided.cancelled() or decided.exception() is not None
        self._conversation.answer(replies.BUSY if failed else decided.result())
        self._go_on()

    def _deliver(self, message: Message) -> None:
        receipt = self._receipt = self._desk.deliver(message, self._visit())
        kept = receipt.kept
        # The SQLite intake gives a bare future; for anything else this makes a task.
        future = kept if isinstance(kept, asyncio.Future) else asyncio.ensure_future(kept)
        future.add_done_callback(partial(self._kept, receipt))
        self._request.next()

    def _visit(self) -> Visitor:
        """Who hands this message in: made once, and anew when the peer has said something about itself."""
        conversation = self._conversation
        hello, visitor = conversation.hello, self._visitor
        authenticated = conversation.authenticated is not None
        if visitor is None or visitor.hello is not hello or visitor.authenticated is not authenticated:
            ip, port = self._source
            peer = Peer(ip, port, hello.name if hello else "", conversation.tls, self._via())
            visitor = self._visitor = Visitor(peer, hello, authenticated)
        return visitor

    def _via(self) -> str:
        """The address of ours that the peer reached; asked for only when there is a message."""
        if self._target is None and self._transport is not None:
            self._target = endpoint(self._transport.get_extra_info("sockname"))
        return self._target[0] if self._target else ""

    def _kept(self, receipt: Receipt, kept: "asyncio.Future[None]") -> None:
        """The intake is done with a message: say so, slowly when the store hesitates."""
        error = asyncio.CancelledError() if kept.cancelled() else kept.exception()
        if receipt is not self._receipt or self._transport is None:
            return  # answered 451 long ago, or nobody is there to hear it
        answer = replies.queued(receipt.id) if error is None else replies.not_kept(error)
        if self._house.door.hesitates():
            loop = asyncio.get_running_loop()
            self._held = loop.call_later(self._house.deadlines.hesitation, self._answer_message, answer)
        else:
            self._answer_message(answer)

    def _answer_message(self, answer: Reply) -> None:
        self._receipt = None
        self._proven = self._proven or answer.positive
        self._conversation.answer(answer)
        self._go_on()

    def _go_on(self) -> None:
        """What was waited for is answered."""
        if self._house.draining:
            self._end(replies.SHUTTING_DOWN)
        elif self._request.old:
            self._end(replies.TOO_LONG)
        else:
            self._advance()
            if self._stopped:
                self._resume_reading()

    def _allowed(self) -> float:
        """Seconds for what is waited for now, before content buys more."""
        deadlines = self._house.deadlines
        if self._receipt is not None:
            return deadlines.delivery
        if self._conversation.receiving:
            return deadlines.content
        return deadlines.command if self._proven else deadlines.unproven

    def _flush(self) -> bool:
        """Sends what there is to say; closes after the last word."""
        octets = self._conversation.output()
        if octets and self._transport is not None:
            self._transport.write(octets)
        if self._conversation.closing:
            self._close()
        return bool(octets)

    def _end(self, last: Reply) -> None:
        self._conversation.end(last)
        self._flush()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _start_tls(self) -> None:
        self._flush()
        if self._conversation.discarded:
            self._close()  # commands in the clear behind STARTTLS: an injection (CVE-2011-0411)
        elif self._transport is not None:
            self._upgrading = True
            self._request.next()
            self._house.upgrade(self, self._transport)

    def _bound(self) -> None:
        if self._conversation.buffered > _MOST_BUFFERED:
            self._stop_reading()

    def _stop_reading(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._stopped = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self._paused:
            self._stopped = False
            self._transport.resume_reading()
