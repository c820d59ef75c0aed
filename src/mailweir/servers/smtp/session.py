"""One connection: the only mover of octets between a peer and the sans-IO conversation.

Everything but a delivery is answered within the callback that brought the octets; a delivery adds
one callback to the future that the intake gives. There is no task per connection and none per
message, so an idle peer costs a few hundred octets and no switch.
"""

import asyncio
from typing import cast

from mailweir.model.message import Peer
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.deadlines import Request
from mailweir.servers.smtp.door import Slowed, Visitor
from mailweir.servers.smtp.endpoint import endpoint
from mailweir.servers.smtp.house import House
from mailweir.servers.smtp.waits import Holding, Keeping, Wait, Weighing
from mailweir.services.reception import Receipt
from mailweir.wire.proxy import Incomplete, read
from mailweir.wire.smtp.events import Event, Message, StartTls
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Server

_MOST_BUFFERED = 64 * 1024  # octets held from a peer that talks on while it waits for an answer


class Session(asyncio.Protocol):
    """One peer, from its connection to its end."""

    __slots__ = (
        "_conversation",
        "_desk",
        "_eof",
        "_house",
        "_last",
        "_paused",
        "_proven",
        "_proxy",
        "_request",
        "_source",
        "_stopped",
        "_target",
        "_transport",
        "_unread",
        "_upgrading",
        "_visitor",
        "_wait",
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
        self._wait: Wait | None = None  # behind which the peer's next command waits
        self._last: Reply | None = None  # with which the session ends once that is over
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
        """The peer has said its last; what it asked is still answered, then we close.

        Only an answer that is slowed on purpose is not: nearly always such a peer has gone for good.
        """
        self._eof = True
        wait = self._wait
        if isinstance(wait, Holding) and not (wait.promised and wait.hurry()):
            wait.cancel()
            self._wait = None
        if not self._busy:
            self._close()
        return self._busy

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone. A delivery under way goes on: it was complete (RFC 1047)."""
        del exc
        if self._wait is not None:
            self._wait.cancel()
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

    @property
    def ip(self) -> str:
        """The peer's address; empty as long as nobody knows it."""
        return self._source[0]

    def expire(self, now: float) -> None:
        """Ends what has taken too long."""
        wait = self._wait
        content = wait is None and self._conversation.receiving
        if not self._request.overdue(now, self._allowed(), self._house.deadlines, content=content):
            return
        if self._upgrading:
            self.abort()
        elif wait is not None and wait.late is not None:
            self._over(wait, wait.late)
        else:
            self._end(replies.TOO_SLOW)

    def dismiss(self, last: Reply) -> None:
        """Ends the session with that, once a message that is being kept is answered."""
        if self._upgrading:
            self.abort()
        elif isinstance(self._wait, Keeping):
            self._last = last
        else:
            self._end(last)

    def drain(self) -> None:
        """Ends the session as soon as nothing is under way."""
        if self._upgrading or self._conversation.receiving:
            return
        if self._wait is None:
            self._end(replies.SHUTTING_DOWN)
        else:
            self._last = replies.SHUTTING_DOWN
            self._wait.hurry()

    def abort(self) -> None:
        """Ends the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    # --- moving on ------------------------------------------------------------------------------

    def _greet(self) -> None:
        refusal = self._house.door.welcome(self._source[0])
        if refusal is not None:
            self._end(refusal)
            return
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
        while (event := conversation.next_event()) is not None:
            if isinstance(event, StartTls):
                self._start_tls()
                return
            answered = self._deliver(event) if isinstance(event, Message) else self._decide(event)
            if not answered:
                break
        if self._flush():
            self._request.next()
        if self._eof and not self._busy:
            self._close()

    @property
    def _busy(self) -> bool:
        """Whether something is waited for, so that the peer's next command waits, too."""
        return self._wait is not None

    def _decide(self, event: Event) -> bool:
        """Has the door decide; whether that is answered already."""
        decided = self._desk.decide(event)
        if decided is None or isinstance(decided, Reply):
            self._conversation.answer(decided)
            return True
        if isinstance(decided, Slowed):
            return self._slow(decided, replies.CROWDED)
        self._wait = Weighing(decided, self._over)
        return False

    def _deliver(self, message: Message) -> bool:
        """Hands a message in; whether it is answered already."""
        handed = self._desk.deliver(message, self._visit())
        if isinstance(handed, Receipt):
            keeping = self._wait = Keeping(handed, self._over)
            keeping.begin()
            self._request.next()
            return False
        if isinstance(handed, Slowed):
            return self._slow(handed, replies.MESSAGE_CROWDED)
        self._conversation.answer(handed)
        return True

    def _slow(self, slowed: Slowed, crowded: Reply) -> bool:
        """Keeps an answer back; whether it had to be said at once, or in place of a good one `crowded`."""
        answer = slowed.reply
        if self._house.holds.take():
            self._wait = Holding(answer, slowed.seconds, self._house.holds, self._over)
            return False
        self._conversation.answer(crowded if answer is None or answer.positive else answer)
        return True

    def _over(self, wait: Wait, answer: Reply | None) -> None:
        """What was waited for has come to this."""
        if wait is not self._wait or self._transport is None:
            return  # answered 451 long ago, or nobody is there to hear it
        self._wait = None
        if isinstance(wait, Keeping) and answer is not None:
            self._proven = self._proven or answer.positive
            house = self._house
            if self._last is None and house.door.hesitates() and house.holds.take():
                pause = house.deadlines.hesitation
                self._wait = Holding(answer, pause, house.holds, self._over, promised=True)
                return
        self._conversation.answer(answer)
        self._go_on()

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

    def _go_on(self) -> None:
        """What was waited for is answered."""
        if self._last is not None:
            self._end(self._last)
        elif self._request.old:
            self._end(replies.TOO_LONG)
        else:
            self._advance()
            if self._stopped:
                self._resume_reading()

    def _allowed(self) -> float:
        """Seconds for what is waited for now, before content buys more."""
        deadlines = self._house.deadlines
        if self._wait is not None and (allowed := self._wait.allowed(deadlines)) is not None:
            return allowed
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
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None
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
