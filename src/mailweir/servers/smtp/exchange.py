"""What a peer asks and is answered: the conversation, the desk, and what is waited for in between.

Everything but a delivery is answered within the callback that brought the octets; a delivery adds
one callback to the future that the intake gives. There is no task per connection and none per
message, so an idle peer costs a few hundred octets and no switch.
"""

import asyncio
from typing import cast

from mailweir.servers.smtp import replies
from mailweir.servers.smtp.deadlines import Request
from mailweir.servers.smtp.door import Slowed
from mailweir.servers.smtp.entrance import Entrance
from mailweir.servers.smtp.flight import SMALL
from mailweir.servers.smtp.guest import Guest
from mailweir.servers.smtp.house import House
from mailweir.servers.smtp.introduction import Introduction
from mailweir.servers.smtp.line import Line
from mailweir.servers.smtp.waits import Holding, Keeping, Wait, Weighing
from mailweir.services.reception import Receipt
from mailweir.wire.smtp.events import Event, Mail, Message, StartTls
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Server

_MOST_BUFFERED = 64 * 1024  # octets held from a peer that talks on while it waits for an answer
_MOST_BEHIND_HELD = 4096  # the same while its answer is slowed on purpose, for up to a minute


class Exchange(asyncio.Protocol):
    """What a session does with a peer that is there. Who calls it is a matter of `Session`."""

    __slots__ = (
        "_charged",
        "_conversation",
        "_desk",
        "_entrance",
        "_eof",
        "_house",
        "_introduction",
        "_last",
        "_line",
        "_proven",
        "_request",
        "_source",
        "_target",
        "_unread",
        "_upgrading",
        "_wait",
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._desk = house.door.desk("")
        self._conversation = Server(self._desk.rules)
        self._line = Line()
        self._source = ("", 0)
        self._target = ""  # the address of ours that the peer reached, as a balancer says
        self._request = Request(house.now())
        self._entrance: Entrance | None = None  # until the peer is greeted
        self._unread: bytes | None = None  # what TLS brought before the upgrade was announced
        self._wait: Wait | None = None  # behind which the peer's next command waits
        self._last: Reply | None = None  # with which the session ends once nothing is under way
        self._charged = 0  # octets of the house's flight that are this session's
        self._proven = self._eof = self._upgrading = False
        self._introduction = Introduction()

    @property
    def ip(self) -> str:
        """The peer's address; empty as long as nobody knows it."""
        return self._source[0]

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._wait is None and not self._upgrading and not self._conversation.receiving

    def refuse(self, last: Reply) -> None:
        """Ends the connection with that, if the peer takes it at once."""
        self._end(last)
        # Before the next turn of the loop it was written: whoever has not taken it by then holds nothing.
        asyncio.get_running_loop().call_soon(self.abort)

    def turn_away(self, last: Reply) -> None:
        """The same, which the door hears of."""
        if not self._conversation.closing:
            self._house.door.turned_away(self.ip, last)
        self.refuse(last)

    def abort(self) -> None:
        """Ends the connection without a word."""
        self._line.abort()

    # --- moving on ------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Answers whatever can be answered now."""
        if self._wait is not None or self._line.clogged:
            self._bound()
            return
        conversation = self._conversation
        while True:
            event = conversation.next_event()
            if conversation.hasty and self._house.terms.punctual:
                self.turn_away(replies.TOO_HASTY)
                return
            if event is None:
                break
            if isinstance(event, StartTls):
                self._start_tls()
                return
            answered = self._deliver(event) if isinstance(event, Message) else self._decide(event)
            if not answered:
                break
        if self._flush():
            self._request.next()
        self._bound()
        if self._wait is None and (self._eof or self._last is not None):
            self._leave()

    def _leave(self) -> None:
        """Nothing is waited for, and the session is to end."""
        if self._eof:
            self._line.close()
        elif self._last is not None and self.idle:
            self._end(self._last)

    def _decide(self, event: Event) -> bool:
        """Has the door decide; whether that is answered already."""
        if isinstance(event, Mail) and self._house.flight.full:
            decided = replies.NO_MEMORY
        else:
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
        handed = self._desk.deliver(
            message, self._introduction.now(self._conversation, self._source, self._target, self._line)
        )
        if isinstance(handed, Receipt):
            keeping = self._wait = Keeping(handed, len(message.content), self._house.flight, self._over)
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
        if wait is not self._wait or self._line.transport is None:
            return  # answered 451 long ago, or nobody is there to hear it
        self._wait = None
        if isinstance(wait, Keeping) and answer is not None and self._kept(answer):
            return
        self._conversation.answer(answer)
        self._go_on()

    def _kept(self, answer: Reply) -> bool:
        """The intake is done with a message; whether its answer comes slowly, since the store hesitates."""
        house = self._house
        if answer.positive and not self._proven:
            self._proven = True
            house.proven(cast("Guest", self))
        if self._last is not None or not house.door.hesitates() or not house.holds.take():
            return False
        pause = house.deadlines.hesitation
        self._wait = Holding(answer, pause, house.holds, self._over, promised=True)
        return True

    def _go_on(self) -> None:
        """What was waited for is answered."""
        if self._last is not None:
            self._end(self._last)
        elif self._request.old:
            self._end(replies.TOO_LONG)
        else:
            self._advance()
            if self._line.stopped:
                self._line.resume()

    def _allowed(self) -> float:
        """Seconds for what is waited for now, where it is no content."""
        deadlines = self._house.deadlines
        if self._wait is not None and (allowed := self._wait.allowed(deadlines)) is not None:
            return allowed
        if self._conversation.closing:
            return deadlines.farewell
        return deadlines.command if self._proven else deadlines.unproven

    def _flush(self) -> bool:
        """Sends what there is to say; closes after the last word."""
        octets = self._conversation.output()
        self._line.write(octets)
        if self._conversation.closing:
            self._line.close()
        return bool(octets)

    def _end(self, last: Reply) -> None:
        self._wait_no_more()
        self._conversation.end(last)
        self._flush()
        self._request.next()

    def _wait_no_more(self) -> None:
        if self._entrance is not None:
            self._entrance.cancel()
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None

    def _start_tls(self) -> None:
        self._flush()
        if self._conversation.discarded:
            self._line.close()  # commands in the clear behind STARTTLS: an injection (CVE-2011-0411)
        elif self._line.transport is not None:
            self._upgrading = True
            self._request.next()
            self._house.upgrade(cast("Guest", self), self._line.transport)

    def _bound(self) -> None:
        """Reads no further while too much is waiting here, and gives up what is too much for this process."""
        held, before = self._conversation.held, self._charged
        if held == before:
            return
        flight = self._house.flight
        flight.now += held - before
        self._charged = held
        waiting = self._wait is not None or self._line.clogged
        most = _MOST_BEHIND_HELD if isinstance(self._wait, Holding) else _MOST_BUFFERED
        if waiting and held > most:
            self._line.stop()
        elif flight.full and held > max(before, SMALL):
            self.turn_away(replies.NO_ROOM)
