"""Keeps a process's bans as the node's book is: reads what others wrote, writes what was decided here."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Final

from mailweir.model.ban import Edit, Position
from mailweir.observe import logs
from mailweir.policy.ban_editing import Editor
from mailweir.policy.blocklist import Bans
from mailweir.policy.hybrid_clock import HybridClock
from mailweir.ports.banbook import BanBook, Reading
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

LOOK: Final = 0.05
"""Seconds between two looks at the book, each of which costs a few microseconds."""

UNSAVED: Final = 10_000
"""Bans of rules that wait to be written; of more the oldest are not written, and hold only here."""

_AT_ONCE: Final = 1_000  # entries taken in before the loop's other work has its turn
_PAUSE: Final = 1.0  # seconds until what could not be written is tried again

_log = logs.get()


class BanKeeping:
    """One process's bans. `unwritten` counts bans of rules that will never be written."""

    def __init__(self, book: BanBook, clock: Clock, *, writer: str, limit: int) -> None:
        """`writer`: a name that no other process has."""
        self.book = book
        self.clock = clock
        self.bans = Bans(limit)
        self.hybrid = HybridClock(writer)
        self.position = Position()
        self.unwritten = 0
        self._limit = limit
        self._unsaved: deque[Edit] = deque()
        self._alone = asyncio.Lock()
        self._wake = asyncio.Event()
        self._callbacks: dict[object, Callable[[], None]] = {}
        self._telling = False
        self._troubled = False

    def load(self) -> None:
        """Reads the book before anybody is let in. Waits for the disk. Raises UnavailableError."""
        reading = self.book.read()
        self.bans = self._built(reading)
        self._note(reading)

    async def run(self) -> None:
        """Keeps up until it is cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._save()
                if self.book.changed():
                    await self.catch_up()
            except UnavailableError as error:
                if not self._troubled:
                    _log.error("the blocklist was not read or written, what is known holds", why=str(error))
                self._troubled = True
                await asyncio.sleep(_PAUSE)
            else:
                self._troubled = False

    async def catch_up(self) -> None:
        """Takes in what others have written. Raises UnavailableError; what was known stays known."""
        async with self._alone:
            await self._catch_up()

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[None]:
        """Alone, and with all known that was written before. Raises UnavailableError."""
        async with self._alone:
            await self._catch_up()
            yield

    async def put(self, edits: Sequence[Edit]) -> Position:
        """Within `writing`: keeps these, and goes by them. Raises UnavailableError, and then does not."""
        if not edits:
            return self.position
        position = await asyncio.to_thread(self.book.append, edits)
        await self._merge(edits)
        self._tell()
        return position

    def put_soon(self, edit: Edit) -> None:
        """Goes by it at once, and has it written by `run`."""
        self.bans.merge(edit)
        if len(self._unsaved) >= UNSAVED:
            self._unsaved.popleft()
            self.unwritten += 1
        self._unsaved.append(edit)
        self._wake.set()
        self._tell()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls it soon after each change, once for many."""
        key = object()
        self._callbacks[key] = callback

        def end() -> None:
            self._callbacks.pop(key, None)

        return end

    def editor(self) -> Editor:
        """Makes edits of what is known now, in this process's name."""
        return Editor(self.bans, self.hybrid)

    async def close(self) -> None:
        """Writes what waits, if that can be. `run` has ended."""
        with suppress(UnavailableError):
            await self._save()
        self.book.close()

    async def _save(self) -> None:
        if not self._unsaved:
            return
        async with self._alone:
            edits = list(self._unsaved)
            await asyncio.to_thread(self.book.append, edits)
            # Meanwhile more may have come, and of too many the first have gone.
            for edit in edits:
                if self._unsaved and self._unsaved[0] is edit:
                    self._unsaved.popleft()

    async def _catch_up(self) -> None:
        if not self.book.changed():
            return
        reading = await asyncio.to_thread(self.book.read)
        if reading.anew:
            bans = await asyncio.to_thread(self._built, reading)
            for edit in self._unsaved:
                bans.merge(edit)
            self.bans = bans
        else:
            await self._merge(reading.edits)
        self._note(reading)
        self._tell()

    def _built(self, reading: Reading) -> Bans:
        bans = Bans(self._limit)
        for edit in reading.edits:
            bans.merge(edit)
        return bans

    async def _merge(self, edits: Sequence[Edit]) -> None:
        taken = 0
        for piece in _pieces(edits):
            self.bans.merge(piece)
            taken += len(piece.names)
            if taken >= _AT_ONCE:
                taken = 0
                await asyncio.sleep(0)

    def _note(self, reading: Reading) -> None:
        now, before = self.clock.now(), self.hybrid.ahead
        for edit in reading.edits:
            self.hybrid.observe(edit.terms.stamp, now)
        if self.hybrid.ahead > before:
            _log.warning("edits of the blocklist came from a clock that leads ours", edits=self.hybrid.ahead)
        if reading.damaged:
            _log.error("damaged places of the blocklist were passed over", places=reading.damaged)
        self.position = reading.position
        self.book.confirm(reading.position)

    def _tell(self) -> None:
        if self._callbacks and not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._told)

    def _told(self) -> None:
        self._telling = False
        for callback in list(self._callbacks.values()):
            callback()


def _pieces(edits: Sequence[Edit]) -> Iterator[Edit]:
    """The same in pieces of which none keeps the loop for long."""
    for edit in edits:
        names = iter(edit.names)
        while piece := tuple(islice(names, _AT_ONCE)):
            yield edit if len(piece) == len(edit.names) else Edit(edit.register, edit.kind, piece, edit.terms)
