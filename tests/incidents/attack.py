"""Who attacks, and how fast: messages of a variant over connections that are used again and again.

Open loop at a rate: each message is due at its time, whatever became of those before it; one that finds no
connection free is sent as soon as one is. A connection
takes `per_connection` messages, then the next address's turn has come; one that is closed or refused
costs the message that it was opened for. Without a rate, every connection sends as fast as it is answered.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from incidents.line import Line, a_line, code
from incidents.reaction import SLOW, Ledger, Reaction
from incidents.stage import Stage
from incidents.variants import ATTACKS, Variant

_PATIENCE: Final = 90.0  # seconds for one message: a server may hold it for 60
_LOOK: Final = 0.05  # seconds between two looks at what is overdue
_GRACE: Final = SLOW + 0.1  # seconds for the last answers
_AGAIN: Final = 0.001  # seconds before the next connection after one that was turned away
# At the door: for good, or by a ban that nobody but a counter has decided. A cap says 4.7.0, and a server
# that has no place 4.3.2.
_BANNED: Final = (b"554", b"421 4.7.1")


@dataclass(frozen=True, slots=True)
class AttackPlan:
    """It ends after so many messages or `seconds`; `rate` in messages a second, 0 for no limit."""

    where: tuple[str, int]
    attack: str
    messages: int
    rate: float
    seconds: float
    connections: int = 40
    per_connection: int = 25
    seed: int = 1


async def attack(plan: AttackPlan, stage: Stage) -> Reaction:
    """The whole of it."""
    attackers = Attackers(plan, ATTACKS[plan.attack](plan.seed))
    await stage.ready()
    return await attackers.work(stage)


@dataclass(slots=True)
class _Hand:
    """One connection after the other. `since`: when its message was begun; `slow`: the last was held."""

    number: int
    since: float | None = None
    slow: bool = False
    message: int = 0

    def held(self, now: float) -> bool:
        return self.slow if self.since is None else self.slow or now - self.since > SLOW


@dataclass(slots=True)
class Attackers:
    """All connections of one attack."""

    plan: AttackPlan
    variant: Variant
    ledger: Ledger = field(init=False)
    _given: int = 0
    _judged: int = 0  # messages up to which it was found out whether they were held
    _opened: int = 0
    _begun: float = 0.0
    _over: bool = False
    _hands: Sequence[_Hand] = ()

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.plan.messages)

    async def work(self, stage: Stage) -> Reaction:
        self._begun = time.monotonic()
        self._hands = [_Hand(number) for number in range(self.plan.connections)]
        tasks = [asyncio.create_task(self._send(hand), name=f"hand {hand.number}") for hand in self._hands]
        try:
            await self._until_over(stage)
            self._over = True
            seconds = time.monotonic() - self._begun
            await asyncio.wait(tasks, timeout=_GRACE)
            self._note_held()
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for one in ended:
            if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
                raise one  # our defect, and told
        return self.ledger.reaction(seconds)

    async def _until_over(self, stage: Stage) -> None:
        """Looks at what is overdue, meanwhile."""
        plan = self.plan
        while not stage.over.is_set():
            now = time.monotonic() - self._begun
            if plan.rate:
                self._skip(now)
            if now > plan.seconds or self._given >= plan.messages:
                return
            await asyncio.sleep(_LOOK)

    def _skip(self, now: float) -> None:
        """Passes over what has become overdue by `SLOW`, in the share of connections that are being held.

        What waits because the server is merely busy is sent later.
        """
        due = min(int((now - SLOW) * self.plan.rate), self.plan.messages)
        overdue = due - max(self._judged, self._given)
        self._judged = max(due, self._judged)
        if overdue > 0:
            moment = time.monotonic()
            held = sum(hand.held(moment) for hand in self._hands) / len(self._hands)
            skipped = round(overdue * held)
            self.ledger.skipped(self._given, skipped, now)
            self._given += skipped

    def _note_held(self) -> None:
        now = time.monotonic()
        for hand in self._hands:
            if hand.since is not None and now - hand.since > SLOW:
                self.ledger.held(hand.message, hand.since - self._begun)

    async def _take(self) -> int | None:
        """The number of the next message, at its time."""
        if self._over or self._given >= self.plan.messages:
            return None
        number = self._given
        self._given += 1
        if self.plan.rate:
            wait = self._begun + number / self.plan.rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
        return number

    async def _send(self, hand: _Hand) -> None:
        line: Line | None = None
        left = 0
        try:
            while (number := await self._take()) is not None:
                hand.message = number
                hand.since = begun = time.monotonic()
                if line is None or left == 0:
                    if line is not None:
                        line.hang_up()
                    line, left = None, self.plan.per_connection
                line, reply = await self._one(line, number)
                took = time.monotonic() - begun
                hand.since, hand.slow = None, took > SLOW
                self.ledger.answered(number, begun - self._begun, took, reply)
                left -= 1
                if line is None and not self.plan.rate:
                    await asyncio.sleep(_AGAIN)
        finally:
            if line is not None:
                line.hang_up()

    async def _one(self, line: Line | None, number: int) -> tuple[Line | None, bytes]:
        """One message, over a new connection if there is none; the connection if it can be used again."""
        try:
            async with asyncio.timeout(_PATIENCE):
                if line is None:
                    source = self.variant.source(self._opened)
                    self._opened += 1
                    line = await a_line(self.plan.where, source)
                    answer = await line.greeted(self.variant.greets())
                    if code(answer) != 250:
                        self._turned_away(source, answer)
                        line.hang_up()
                        return None, answer
                reply = await line.handed_in(self.variant.letter(number))
        except OSError:  # TimeoutError is one
            if line is not None:
                line.hang_up()
            return None, b""
        if line.lost.done() or code(reply) in {421, 554}:
            line.hang_up()
            return None, reply
        return line, reply

    def _turned_away(self, source: str, answer: bytes) -> None:
        if answer.startswith(_BANNED):
            self.ledger.turned_away(source, time.monotonic() - self._begun)
