"""Digestion: every kept message is read once, in the order of its coming, however hostile a few of them are.

What takes too long in the fast lane goes to the slow one, where the senders' networks take turns: who
sends many such messages waits for himself. What cannot be read there either gets a digest that says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from mailweir.model.address import Inbox
from mailweir.model.digest import Digest, failure
from mailweir.policy.networks import network_of
from mailweir.policy.pace import Pace
from mailweir.policy.turns import Turns
from mailweir.ports.digests import Digests, Unread
from mailweir.ports.errors import UnavailableError
from mailweir.ports.parser import Lane, Parser, Unreadable

T = TypeVar("T")

AT_ONCE: Final = 128
"""Messages that are read and not kept yet: enough to keep the workers busy while others are committed."""

OCTETS: Final = 16 * 1024 * 1024
"""Octets of these beyond which no more are fetched."""

SLOW: Final = 1000
"""Messages that may wait for the slow lane; what comes on top is not read."""

BUSY: Final = 16
"""Messages with the parser, beside which a digest may wait for a moment."""

GATHER: Final = 0.02
"""Seconds of that moment: a commit costs as much as ten short mails."""

_LOOK: Final = 0.25  # seconds: nudges may be lost
_RETRY: Final = 1.0  # seconds after which a store that is away is asked again


class Digestion:
    """Reads what comes until it is cancelled. `changed` is told which inboxes have new digests."""

    def __init__(self, digests: Digests, parser: Parser, changed: Callable[[Sequence[Inbox]], None]) -> None:
        """On a running loop. `trouble` says why the store cannot be had; empty when it can."""
        self._digests = digests
        self._parser = parser
        self._changed = changed
        self.trouble = ""
        self._new = asyncio.Event()
        self._pace = Pace()
        self._begun = 0  # messages that are with the parser
        self._held: dict[int, int] = {}  # and those that are not kept yet, with their octets
        self._octets = 0
        self._room = asyncio.Event()
        self._read: asyncio.Queue[tuple[int, Digest]] = asyncio.Queue()
        self._slow: Turns[int] = Turns(SLOW)
        self._slow_wanted = asyncio.Event()

    def look(self) -> None:
        """There may be something new."""
        self._new.set()

    async def run(self) -> None:
        """Three loops: one finds messages, one keeps digests, one feeds the slow lane."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._find(), name="digestion-find")
            group.create_task(self._keep(), name="digestion-keep")
            group.create_task(self._read_slowly(), name="digestion-slow")

    async def _find(self) -> None:
        while True:
            # Half of them at a time: a query costs as much as a few digests.
            while len(self._held) > AT_ONCE // 2 or self._octets >= OCTETS:
                self._room.clear()
                await self._room.wait()
            self._new.clear()
            found = await self._insist(lambda: self._digests.undigested(AT_ONCE - len(self._held)))
            for unread in found:
                self._begin(unread)
            if found:
                await self._hold_back(len(found))
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._new.wait()

    async def _hold_back(self, read: int) -> None:
        position, behind = await self._insist(self._digests.position)
        pause = self._pace.pause(
            asyncio.get_running_loop().time(), position=position, behind=behind, read=read
        )
        if pause:
            await asyncio.sleep(pause)

    def _begin(self, unread: Unread) -> None:
        self._begun += 1
        self._held[unread.key] = len(unread.raw)
        self._octets += len(unread.raw)
        parsing = asyncio.ensure_future(self._parser.parse(unread.raw, Lane.FAST))
        key, ip = unread.key, unread.ip

        def done(answer: "asyncio.Future[Digest | Unreadable]") -> None:
            self._begun -= 1
            if not answer.cancelled():
                self._answered(key, ip, answer.result())

        parsing.add_done_callback(done)

    def _answered(self, key: int, ip: str, answer: Digest | Unreadable) -> None:
        if isinstance(answer, Digest):
            self._read.put_nowait((key, answer))
        elif self._slow.put(network_of(ip), key):
            self._let_go(key)
            self._slow_wanted.set()
        else:
            self._read.put_nowait((key, failure("too many slow messages")))

    def _let_go(self, key: int) -> None:
        self._octets -= self._held.pop(key, 0)  # what the slow lane has read is not held
        self._room.set()

    async def _read_slowly(self) -> None:
        while True:
            await self._slow_wanted.wait()
            self._slow_wanted.clear()
            while (key := self._slow.take()) is not None:
                self._read.put_nowait((key, await self._slowly(key)))

    async def _slowly(self, key: int) -> Digest:
        unread = await self._insist(lambda: self._digests.unread(key))
        if unread is None:
            return failure("gone")  # and nobody will see it
        answer = await self._parser.parse(unread.raw, Lane.SLOW)
        return failure(answer.value) if isinstance(answer, Unreadable) else answer

    async def _keep(self) -> None:
        while True:
            read = [await self._read.get()]
            if self._begun >= BUSY:
                await asyncio.sleep(GATHER)
            while not self._read.empty():
                read.append(self._read.get_nowait())
            batch = tuple(read)
            if inboxes := await self._insist(lambda batch=batch: self._digests.keep(batch)):
                self._changed(inboxes)
            for key, _ in batch:
                self._let_go(key)

    async def _insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """Asks a store that is away again and again: messages wait there, and none is passed over."""
        while True:
            try:
                result = await act()
            except UnavailableError as error:
                self.trouble = str(error)
                await asyncio.sleep(_RETRY)
            else:
                self.trouble = ""
                return result
