"""Group commit: what arrives while one batch is being synced is the next batch.

The next one is handed over before the answer to the first is there, so that committer and loop do not
wait for each other by turns (decision 0012).

`deliver` costs the event loop a future and a list entry. Beside the loop a committer compresses, writes
and syncs a whole batch, and one call back into the loop answers all of it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from mailweir.adapters.sqlite.committer import Committer, Outcome
from mailweir.adapters.sqlite.committing import CommitterThread, Committing
from mailweir.adapters.sqlite.connection import UnsyncedError
from mailweir.adapters.sqlite.disk import Watermarks
from mailweir.adapters.sqlite.gauge import RoomGauge
from mailweir.adapters.sqlite.writer import Writer
from mailweir.model.address import Inbox
from mailweir.model.message import Delivery
from mailweir.policy.overload import Backlog
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room

_BATCH_COUNT = 500  # beyond a few hundred a message costs no less, and everyone waits longer
_BATCH_OCTETS = 8 * 1024 * 1024
_PENDING_COUNT = 10_000  # about a second's work of a fast disk
_PENDING_OCTETS = 64 * 1024 * 1024  # of messages in memory that are not on disk yet
_WORTH = 8  # deliveries that need not wait for more of the same turn of the loop
_FLYING = 2  # batches with the committer: it has the next one at hand when it has answered one
_OLD = 0.9  # how much earlier batches count beside a new one
_TICK = 0.001  # seconds
_CLOSING = 10.0  # seconds that closing waits for what is pending

_Waiting = tuple[Delivery, asyncio.Future[None]]


class SqliteIntake:
    """Keeps deliveries in `intake.db` of a directory that `prepare` has been run on.

    `broken` is set when a write was not synced: nothing is accepted from then on, and the owner
    should end this process, so that a fresh one probes the disk.
    """

    def __init__(
        self,
        committing: Committing,
        clock: Clock,
        room: Room,
        *,
        on_commit: Callable[[tuple[Inbox, ...]], None] | None = None,
    ) -> None:
        """On a running loop. `room` as measured just now.

        `on_commit` is called on the loop once for each batch, with the inboxes that have new mail.
        """
        self.broken = asyncio.Event()
        self._loop = asyncio.get_running_loop()  # kept: asking for it costs a system call
        self._on_commit = on_commit
        self._committing = committing
        self._gauge = RoomGauge(committing, clock, room, self.broken)
        self._pending: deque[_Waiting] = deque()
        self._count = 0  # pending and running
        self._octets = 0
        self._flying = 0
        self._rate = 0.0  # deliveries that were kept in a second of work, of late
        self._busy_since = 0.0
        self._soon = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @classmethod
    def in_thread(
        cls,
        directory: Path,
        clock: Clock,
        *,
        watermarks: Watermarks | None = None,
        on_commit: Callable[[tuple[Inbox, ...]], None] | None = None,
        patience: float = 5.0,
        vfs: str | None = None,
    ) -> Self:
        """One that commits in a thread of this process. `patience`: seconds to wait for other writers.

        Raises UnavailableError.
        """
        writer = Writer(directory, clock, patience=patience, vfs=vfs)
        committer = Committer(directory, writer, watermarks or Watermarks())
        room = committer.room(refused=False)
        return cls(CommitterThread(committer), clock, room, on_commit=on_commit)

    def deliver(self, delivery: Delivery) -> asyncio.Future[None]:
        """Complete when the batch that this delivery is part of is synced."""
        kept = self._loop.create_future()
        size = delivery.size
        if (refusal := self._refusal(size)) is not None:
            kept.set_exception(refusal)
            return kept
        self._pending.append((delivery, kept))
        self._count += 1
        self._octets += size
        self._idle.clear()
        if len(self._pending) >= _WORTH:
            self._go_on()
        elif not self._flying and not self._soon:
            self._soon = True
            self._loop.call_soon(self._start_soon)  # soon: what arrives in the same turn of the loop joins
        return kept

    def backlog(self) -> Backlog:
        """Deliveries that are not synced yet, and at which pace they are."""
        return Backlog(self._count, self._rate)

    def room(self) -> Room:
        """As measured when it was last asked for; call it on the loop."""
        return self._gauge.room()

    async def close(self) -> None:
        """Refuses what comes and waits for what is pending; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._gauge.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await self._idle.wait()
        if self._idle.is_set():
            self._committing.close()

    def _refusal(self, size: int) -> UnavailableError | None:
        if self.broken.is_set():
            return UnsyncedError("an earlier write was not synced")
        if self._closed:
            return UnavailableError("the intake is closed")
        # A single message always fits, however large: size is limited at the door.
        if self._count >= _PENDING_COUNT or (self._count and self._octets + size > _PENDING_OCTETS):
            return UnavailableError("the disk does not keep up with the mail that arrives")
        return None

    def _start_soon(self) -> None:
        self._soon = False
        self._go_on()

    def _go_on(self) -> None:
        """Hands over what is pending, if that is worth a sync beside those that are under way."""
        worth = len(self._pending) >= _WORTH if self._flying else bool(self._pending)
        if worth and self._flying < _FLYING:
            self._start()

    def _start(self) -> None:
        batch: list[_Waiting] = []
        if not self._flying:
            self._busy_since = self._loop.time()
        self._flying += 1
        octets = 0
        while self._pending and len(batch) < _BATCH_COUNT:
            octets += self._pending[0][0].size
            if batch and octets > _BATCH_OCTETS:
                break
            batch.append(self._pending.popleft())
        deliveries = [delivery for delivery, _ in batch]
        commit = self._committing.commit(deliveries)
        commit.add_done_callback(lambda done: self._finish(batch, done))

    def _finish(self, batch: list[_Waiting], commit: asyncio.Future[list[Outcome]]) -> None:
        error = commit.exception()
        if isinstance(error, UnsyncedError):
            self.broken.set()
            self._gauge.stop()
            batch += self._pending  # nothing that waits will be written any more
            self._pending.clear()
        self._flying -= 1
        self._learn(len(batch))
        self._go_on()
        if not self._flying:
            self._idle.set()
        if error is None:
            self._answer(batch, commit.result())
            return
        self._answer(batch, [_said_again(error) for _ in batch])
        if not isinstance(error, UnavailableError):
            raise error

    def _learn(self, kept: int) -> None:
        now = self._loop.time()
        worked = max(now - self._busy_since, _TICK)
        self._busy_since = now
        self._rate = _OLD * self._rate + (1 - _OLD) * kept / worked

    def _answer(self, batch: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
        inboxes: dict[Inbox, None] = {}
        for (delivery, kept), outcome in zip(batch, outcomes, strict=True):
            self._count -= 1
            self._octets -= delivery.size
            if outcome is None:
                inboxes.update((recipient.inbox, None) for recipient in delivery.recipients)
            elif outcome.full:
                self._gauge.refuse()
            if kept.done():
                continue  # cancelled; the message may be there all the same (RFC 1047)
            if outcome is None:
                kept.set_result(None)
            else:
                kept.set_exception(outcome)
        if inboxes and self._on_commit is not None:
            self._on_commit(tuple(inboxes))


def _said_again(error: BaseException) -> UnavailableError:
    """A failure of its own for each delivery: raising one object in many tasks mixes their traces up."""
    again = UnavailableError(str(error), full=isinstance(error, UnavailableError) and error.full)
    again.__cause__ = error
    return again
