"""What a peer's next command waits for: its message being kept, its password being looked at, or time.

A session waits for one thing at once. Each says what it came to by a call of `over`, once, unless it was
cancelled; a session that has stopped waiting for it passes that over.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from mailweir.servers.smtp import replies
from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.flight import Flight
from mailweir.services.reception import Receipt
from mailweir.wire.smtp.reply import Reply

LONGEST_HOLD: Final = 60.0
"""Seconds that an answer is kept back at most: clients wait five minutes for one (RFC 5321 §4.5.3.2)."""

MOST_HELD: Final = 2000
"""Answers that a listener keeps back at once. Who waits has a place that nobody else has: that many are an
eighth of what a process has, and keep 33 answers a second back for a whole minute."""

Over = Callable[["Wait", Reply | None], None]


class Holds:
    """How many answers are kept back, of the most that may be."""

    __slots__ = ("most", "now")

    def __init__(self, most: int = MOST_HELD) -> None:
        self.most = most
        self.now = 0

    def take(self) -> bool:
        """Takes a place; False when there is none."""
        if self.now >= self.most:
            return False
        self.now += 1
        return True

    def give_back(self) -> None:
        """One less."""
        self.now -= 1


class Wait(Protocol):
    """One thing that is waited for."""

    @property
    def late(self) -> Reply | None:
        """What is answered when it takes too long; None ends the session."""
        ...

    def allowed(self, deadlines: Deadlines) -> float | None:
        """Seconds that it may take; None is what a command may."""
        ...

    def hurry(self) -> bool:
        """Has it over at once, if it can be; whether it could."""
        ...

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        ...


class Keeping:
    """A message that the intake keeps. The peer going away does not end that (RFC 1047)."""

    __slots__ = ("_flight", "_octets", "_over", "_receipt")

    # The store may still finish; the client is told to try again, and may send it twice.
    late = replies.STORE_AWAY

    def __init__(self, receipt: Receipt, octets: int, flight: Flight, over: Over) -> None:
        self._receipt = receipt
        self._octets = octets
        self._flight = flight
        self._over = over

    def begin(self) -> None:
        """Waits from now on."""
        self._flight.now += self._octets
        kept = self._receipt.kept
        # The SQLite intake gives a bare future; for anything else this makes a task.
        future = kept if isinstance(kept, asyncio.Future) else asyncio.ensure_future(kept)
        future.add_done_callback(self._kept)

    def allowed(self, deadlines: Deadlines) -> float:
        """Seconds that the store may take."""
        return deadlines.delivery

    def hurry(self) -> bool:
        """It takes as long as it takes."""
        return False

    def cancel(self) -> None:
        """It goes on, and nobody hears of it."""

    def _kept(self, kept: "asyncio.Future[None]") -> None:
        self._flight.now -= self._octets
        error = asyncio.CancelledError() if kept.cancelled() else kept.exception()
        self._over(self, replies.queued(self._receipt.id) if error is None else replies.not_kept(error))


class Weighing:
    """A password that is being looked at."""

    __slots__ = ("_over",)

    late = None

    def __init__(self, decided: "asyncio.Future[Reply | None]", over: Over) -> None:
        self._over = over
        decided.add_done_callback(self._decided)

    def allowed(self, deadlines: Deadlines) -> None:
        """As long as any command."""
        del deadlines

    def hurry(self) -> bool:
        """It takes as long as it takes."""
        return False

    def cancel(self) -> None:
        """It goes on, and nobody hears of it."""

    def _decided(self, decided: "asyncio.Future[Reply | None]") -> None:
        failed = decided.cancelled() or decided.exception() is not None
        self._over(self, replies.BUSY if failed else decided.result())


class Holding:
    """An answer that is decided and comes slowly. It has a place among `holds`, which it gives back.

    `promised` says that the peer has a right to it, since what it asked for is done.
    """

    __slots__ = ("_answer", "_holds", "_over", "_timer", "promised")

    late = None

    def __init__(
        self, answer: Reply | None, seconds: float, holds: Holds, over: Over, *, promised: bool = False
    ) -> None:
        self.promised = promised
        self._answer = answer
        self._holds = holds
        self._over = over
        loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = loop.call_later(min(seconds, LONGEST_HOLD), self.hurry)

    @property
    def ends(self) -> float:
        """When it is said, in seconds of the loop's clock."""
        return 0.0 if self._timer is None else self._timer.when()

    def allowed(self, deadlines: Deadlines) -> float:
        """It ends by itself, and the peer is not to blame for it."""
        del deadlines
        return float("inf")

    def hurry(self) -> bool:
        """Says it now."""
        if self._timer is not None:
            self.cancel()
            self._over(self, self._answer)
        return True

    def cancel(self) -> None:
        """It is never said."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._holds.give_back()
