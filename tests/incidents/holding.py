"""Outage B's load: sockets that are held by thousands, and spam from everywhere at the same time.

Whoever is closed comes back after a while, so that the pressure stays; for how long each of them was held is
what is measured. One that is still open when all is over counts with its age.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from incidents.letters import Words
from incidents.line import Line, a_line, code, handed_over
from incidents.origins import ANYWHERE, CROWD
from incidents.stage import Stage
from incidents.variants import ATTACKS, RECIPIENTS, Variant

_AGAIN: Final = 5.0  # seconds before somebody who was closed comes back
_DRIP: Final = 5.0  # seconds between two octets
_OPENED: Final = 1_000  # connections a second, when all begin
_ANSWERED: Final = 75.0  # seconds to a greeting, and for a spammer's message
_EVERY: Final = 10.0  # seconds between two messages of a spammer


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """So many of each, for `seconds`: idle after the greeting; one octet every 5 s in DATA; from one address;
    spammers with an address each."""

    where: tuple[str, int]
    idle: int
    dripping: int
    crowd: int
    spammers: int
    seconds: float
    seed: int = 1


@dataclass(slots=True)
class Held:
    """`at_once`: the most that were open at a time; `longest` in seconds; `turned_away` by reply code."""

    opened: int = 0
    open: int = 0
    at_once: int = 0
    longest: float = 0.0
    turned_away: Counter[str] = field(default_factory=Counter[str])

    def begin(self) -> float:
        self.opened += 1
        self.open += 1
        self.at_once = max(self.at_once, self.open)
        return time.monotonic()

    def end(self, begun: float) -> None:
        self.open -= 1
        self.longest = max(self.longest, time.monotonic() - begun)


@dataclass(slots=True)
class Holding:
    """What became of each kind. `spam` by reply code."""

    idle: Held = field(default_factory=Held)
    dripping: Held = field(default_factory=Held)
    crowd: Held = field(default_factory=Held)
    spam: Counter[str] = field(default_factory=Counter[str])


async def holding(plan: HoldingPlan, stage: Stage) -> Holding:
    """All of it."""
    holders = Holders(plan)
    await stage.ready()
    return await holders.work(stage)


@dataclass(slots=True)
class Holders:
    """Whoever holds a socket, and the spammers."""

    plan: HoldingPlan
    found: Holding = field(default_factory=Holding)
    _variant: Variant = field(init=False)
    _words: Words = field(init=False)
    _sent: int = 0

    def __post_init__(self) -> None:
        self._variant = ATTACKS["private-suffixes"](self.plan.seed)
        self._words = Words(Random(self.plan.seed))

    async def work(self, stage: Stage) -> Holding:
        plan, found = self.plan, self.found
        ends = time.monotonic() + plan.seconds
        tasks: list[asyncio.Task[None]] = []
        for number in range(max(plan.idle, plan.dripping, plan.crowd, plan.spammers)):
            if number < plan.idle:
                tasks.append(self._task(self._hold(found.idle, ANYWHERE.address(number))))
            if number < plan.dripping:
                tasks.append(self._task(self._drip(ANYWHERE.address(number, 1))))
            if number < plan.crowd:
                tasks.append(self._task(self._hold(found.crowd, CROWD.address(0))))
            if number < plan.spammers:
                tasks.append(self._task(self._spam(ANYWHERE.address(number, 2))))
            if number % (_OPENED // 20) == 0:
                await asyncio.sleep(0.05)
        over = asyncio.create_task(stage.over.wait(), name="over")
        await asyncio.wait([over], timeout=max(ends - time.monotonic(), 0))
        for task in (over, *tasks):
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, BaseException) and not isinstance(ended, asyncio.CancelledError):
                raise ended  # our defect, and told
        return found

    def _task(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.create_task(doing, name="holder")

    async def _hold(self, held: Held, source: str) -> None:
        while True:
            line = await self._greeted(held, source, b"")
            if line is not None:
                begun = held.begin()
                try:
                    await line.lost
                finally:
                    held.end(begun)
                    line.hang_up()
            await asyncio.sleep(_AGAIN)

    async def _drip(self, source: str) -> None:
        held = self.found.dripping
        while True:
            line = await self._greeted(held, source, self._words.host("test", 2).encode())
            if line is not None and await self._in_data(held, line):
                begun = held.begin()
                try:
                    while not line.lost.done():
                        line.write(b"x")
                        await asyncio.wait([line.lost], timeout=_DRIP)
                finally:
                    held.end(begun)
                    line.hang_up()
            await asyncio.sleep(_AGAIN)

    async def _spam(self, source: str) -> None:
        await asyncio.sleep(Random(source).uniform(0, _EVERY))
        while True:
            self._sent += 1
            try:
                async with asyncio.timeout(_ANSWERED):
                    letter = self._variant.letter(self._sent)
                    answer = await handed_over(self.plan.where, source, self._variant.greets(), letter)
            except OSError:  # TimeoutError is one
                answer = b""
            self.found.spam[str(code(answer))] += 1
            await asyncio.sleep(_EVERY)

    async def _greeted(self, held: Held, source: str, hello: bytes) -> Line | None:
        """A connection that was greeted and, with a name, has said hello; None if it was turned away."""
        line: Line | None = None
        answer = b""
        try:
            async with asyncio.timeout(_ANSWERED):
                line = await a_line(self.plan.where, source)
                answer = await line.greeted(hello) if hello else await line.reply()
                if code(answer) in {220, 250}:
                    return line
        except OSError:  # TimeoutError is one
            pass
        except asyncio.CancelledError:
            if line is not None:
                line.hang_up()
            raise
        if line is not None:
            line.hang_up()
        held.turned_away[str(code(answer))] += 1
        return None

    async def _in_data(self, held: Held, line: Line) -> bool:
        recipient = f"{self._words.name()}@{RECIPIENTS}".encode()
        line.write(b"MAIL FROM:<drip@drip.test>\r\nRCPT TO:<%s>\r\nDATA\r\n" % recipient)
        answer = b""
        try:
            async with asyncio.timeout(_ANSWERED):
                for _ in range(3):
                    answer = await line.reply()
        except OSError:  # TimeoutError is one
            answer = b""
        if answer.startswith(b"354"):
            return True
        line.hang_up()
        held.turned_away[str(code(answer))] += 1
        return False
