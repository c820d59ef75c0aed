"""Waiting until something changes in an inbox."""

import asyncio
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.event import Nudge, Signal
from mailweir.ports.bus import Bus


class Change:
    """Whether something has changed since the last `clear`; one at a time waits for it.

    Thousands wait: an event and a time-out for each would take a kilobyte more.
    """

    __slots__ = ("_waiter", "told")

    def __init__(self) -> None:
        self.told = False
        self._waiter: asyncio.Future[None] | None = None

    def clear(self) -> None:
        """To be called before looking, so that what changes meanwhile is not missed."""
        self.told = False

    def tell(self) -> None:
        """Something has changed."""
        self.told = True
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Returns when something has changed, or when the time is over."""
        if self.told:
            return
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        alarm = loop.call_later(seconds, self._wake)
        try:
            await self._waiter
        finally:
            alarm.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Watching:
    """Tells those who watch when the bus says *look*. Nudges may be lost: who watches looks now and then."""

    def __init__(self, bus: Bus) -> None:
        """To be used on a running loop."""
        self._watched: dict[Inbox | Host, set[Change]] = {}
        self._everything: set[Change] = set()
        self._end = bus.subscribe(self._hear)
        self.stopping = False
        """Whether this process is about to end, so that nobody should wait any longer."""

    def close(self) -> None:
        """Tells nobody any more."""
        self._end()

    def stop(self) -> None:
        """Tells all who watch that this process is about to end."""
        self.stopping = True
        for changes in (self._everything, *self._watched.values()):
            for change in changes:
                change.tell()

    @contextmanager
    def on(self, places: Iterable[Inbox | Host] | None) -> Generator[Change]:
        """Watches these inboxes, and all that are at these hosts, meanwhile; for None all that there are."""
        change = Change()
        watched = None if places is None else frozenset(places)
        if watched is None:
            self._everything.add(change)
        for place in watched or ():
            self._watched.setdefault(place, set()).add(change)
        try:
            yield change
        finally:
            self._everything.discard(change)
            for place in watched or ():
                self._watched[place].discard(change)
                if not self._watched[place]:
                    del self._watched[place]

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, Nudge):
            for change in self._everything:
                change.tell()
            for inbox in signal.inboxes if self._watched else ():
                for place in (inbox, host_of(inbox)):
                    for change in self._watched.get(place, ()):
                        change.tell()
