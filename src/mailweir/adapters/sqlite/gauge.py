"""The intake's `Room`, read by the event loop and measured beside it."""

import asyncio

from mailweir.adapters.sqlite.committing import Committing
from mailweir.adapters.sqlite.connection import UnsyncedError
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room

_GOOD_FOR = 1.0  # seconds


class RoomGauge:
    """Needs no timer: whoever asks has it measured anew when the last measurement is a second old.

    After `refuse` the room is FULL, whatever the statistics say, until a small file could be written.
    """

    def __init__(self, committing: Committing, clock: Clock, room: Room, broken: asyncio.Event) -> None:
        """`room` as measured just now; `broken` is set when the committer says that it is."""
        self._committing = committing
        self._clock = clock
        self._room = room
        self._broken = broken
        self._measured = clock.monotonic()
        self._measuring: asyncio.Future[Room] | None = None
        self._refused = False

    def room(self) -> Room:
        """The last measurement."""
        now = self._clock.monotonic()
        if self._measuring is None and self._room is not Room.BROKEN and now - self._measured >= _GOOD_FOR:
            self._measured = now
            self._measuring = self._committing.measure(refused=self._refused)
            self._measuring.add_done_callback(self._note)
        return self._room

    def refuse(self) -> None:
        """The disk took no more just now."""
        self._refused = True
        if self._room is not Room.BROKEN:
            self._room = Room.FULL

    def stop(self) -> None:
        """BROKEN for good: a write was not synced, or nobody measures any more."""
        self._room = Room.BROKEN

    def _note(self, measured: asyncio.Future[Room]) -> None:
        self._measuring = None
        error = None if measured.cancelled() else measured.exception()
        if self._room is Room.BROKEN or measured.cancelled():
            return
        if isinstance(error, UnsyncedError):
            self.stop()
            self._broken.set()
            return
        if isinstance(error, UnavailableError):
            return  # what it was before stands
        self._refused = False
        self._room = measured.result()
