"""One connection: the only mover of octets between a peer and the sans-IO conversation.

Everything but a delivery is answered within the callback that brought the octets; a delivery adds
one callback to the future that the intake gives. There is no task per connection and none per
message, so an idle peer costs a few hundred octets and no switch.
"""

import asyncio
from typing import cast

from mailweir.servers.smtp import replies
from mailweir.servers.smtp.endpoint import endpoint
from mailweir.servers.smtp.entrance import Entrance
from mailweir.servers.smtp.exchange import Exchange
from mailweir.servers.smtp.waits import Holding, Keeping
from mailweir.wire.smtp.reply import Reply


class Session(Exchange):
    """One peer, from its connection to its end."""

    __slots__ = ()

    # --- called by the event loop -----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer is there: find out who it is and greet it."""
        self._line.transport = transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._source = endpoint(transport.get_extra_info("peername"))
        refusal = self._house.entered(self)
        if refusal is not None:
            self.refuse(refusal)
            return
        self._entrance = Entrance(self, self._house, trusted=self._house.trusts(self._source[0]))
        self._entrance.begin(transport)

    def data_received(self, data: bytes) -> None:
        """Octets arrived."""
        if self._entrance is not None:
            self._entrance.take(data)
            return
        if self._upgrading:
            self._unread = (self._unread or b"") + data
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
        if self._wait is None:
            self._line.close()
        return self._wait is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone. A delivery under way goes on: it was complete (RFC 1047)."""
        del exc
        self._wait_no_more()
        self._line.transport = None
        self._house.flight.now -= self._charged
        self._charged = 0
        self._house.left(self)

    def pause_writing(self) -> None:
        """The peer does not read its answers: take no more questions."""
        self._line.clogged = True
        self._line.stop()

    def resume_writing(self) -> None:
        """It does again."""
        self._line.clogged = False
        self._advance()
        self._line.resume()

    # --- called by the listener -------------------------------------------------------------

    def secured(self, transport: asyncio.Transport) -> None:
        """TLS is up: go on from an empty conversation (RFC 3207 §4.2)."""
        self._line.transport = transport
        self._upgrading = False
        self._desk = self._house.door.desk(self._source[0])
        self._conversation.secured()
        self._request.next()
        unread, self._unread = self._unread, None
        if unread:
            self.data_received(unread)

    def expire(self, now: float) -> None:
        """Ends what has taken too long."""
        wait = self._wait
        content = wait is None and self._conversation.receiving
        if self._request.overdue(now, self._allowed(), self._house.deadlines, content=content):
            if self._upgrading or self._conversation.closing:
                self.abort()
            elif wait is not None and wait.late is not None:
                self._over(wait, wait.late)
            else:
                self.turn_away(replies.TOO_SLOW)
        elif self._request.old and self.idle:
            self.turn_away(replies.TOO_LONG)

    def dismiss(self, last: Reply) -> None:
        """Ends the session with that, once a message that is being kept is answered."""
        if self._upgrading:
            self.abort()
        elif isinstance(self._wait, Keeping):
            self._last = last
        else:
            self.refuse(last)

    def drain(self) -> None:
        """Ends the session as soon as nothing is under way."""
        self._last = replies.SHUTTING_DOWN
        if self.idle:
            self._end(self._last)
        elif self._wait is not None:
            self._wait.hurry()

    # --- called by the entrance -----------------------------------------------------------------

    def named(self, source: tuple[str, int], target: tuple[str, int] | None) -> None:
        """A balancer says where the connection is from and went to."""
        self._source = source
        self._target = target[0] if target else ""

    def welcome(self) -> Reply | None:
        """Why this peer may not stay; None when it may."""
        return self._house.arrived(self)

    def greet(self, early: bytes) -> None:
        """It is time; `early` is what the peer has said already."""
        self._entrance = None
        self._desk = self._house.door.desk(self._source[0])
        self._conversation.greet(self._desk.rules)
        self._flush()
        if early:
            self.data_received(early)
