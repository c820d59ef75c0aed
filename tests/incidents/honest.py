"""Honest mail while an attack runs: real mail from mixed peers, and neighbours under the attack's own domain.

Real mail is tried once, since what is asked of it is that nothing is done to it. Neighbours try again as a
mail server does.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from fakes.corpus import the_corpus
from fakes.smtp_client import Mail
from incidents.letters import Letter, Words
from incidents.line import code, handed_over
from incidents.origins import NEIGHBOURS, REAL
from incidents.reaction import SLOW
from incidents.stage import Stage
from incidents.variants import ATTACKS, RECIPIENTS, Variant, neighbour

RETRIES: Final = (5.0, 15.0, 30.0)
"""Seconds before the second, third and fourth attempt of an honest sender."""
IN_TIME: Final = 60.0
"""Seconds by which an honest sender's message may be late."""

_PATIENCE: Final = 75.0  # seconds for one attempt: a server may hold it for 60
_TWICE: Final = 0.5  # share of neighbours that send two messages
_SAMPLES: Final = 8
_LONGEST: Final = 160  # octets of a reply that is told
_FROM: Final = re.compile(
    rb"(?im)^(?:Return-Path|From):[^\r\n]*?([\w.+-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+))"
)


@dataclass(frozen=True, slots=True)
class HonestPlan:
    """`real` messages of real mail, from the `first_real` on, and so many neighbours, in `seconds`."""

    where: tuple[str, int]
    attack: str
    seconds: float
    real: int
    first_real: int
    neighbours: int
    first_neighbour: int
    seed: int = 1


@dataclass(slots=True)
class Real:
    """Counts of messages. `slowed`: late by more than a second, deferred or cut off; `refused`: for good."""

    sent: int = 0
    slowed: int = 0
    refused: int = 0
    took: list[float] = field(default_factory=list[float])  # seconds
    replies: Counter[str] = field(default_factory=Counter[str])


@dataclass(slots=True)
class Neighbours:
    """Counts of messages; `deferred` were once put off. `latest`: seconds that the last one took."""

    sent: int = 0
    delivered: int = 0
    in_time: int = 0
    deferred: int = 0
    latest: float = 0.0
    replies: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class Honest:
    """What became of both."""

    real: Real
    neighbours: Neighbours


async def honest(plan: HonestPlan, stage: Stage) -> Honest:
    """All that is honest; ends when the last retry has been made."""
    mails = real_mail(plan.first_real, plan.real)
    senders = Senders(plan)
    await stage.ready()
    return await senders.work(mails)


def real_mail(first: int, count: int) -> Sequence[tuple[bytes, Letter]]:
    """Real messages with their envelopes, and the hosts that they come from; after the last, the first."""
    if not count:
        return []
    corpus = the_corpus()
    return [_enveloped(number, corpus[number % len(corpus)]) for number in range(first, first + count)]


def _enveloped(number: int, content: bytes) -> tuple[bytes, Letter]:
    found = _FROM.search(content.partition(b"\r\n\r\n")[0])
    sender, host = (found[1], found[2]) if found else (b"list@peer%d.test" % number, b"peer%d.test" % number)
    recipient = f"reader{number}@{RECIPIENTS}".encode()
    return host, Letter(sender, recipient, Mail([], content).ending())


@dataclass(slots=True)
class Senders:
    """Whoever sends honest mail."""

    plan: HonestPlan
    real: Real = field(default_factory=Real)
    neighbours: Neighbours = field(default_factory=Neighbours)
    _variant: Variant = field(init=False)

    def __post_init__(self) -> None:
        self._variant = ATTACKS[self.plan.attack](self.plan.seed)

    async def work(self, mails: Sequence[tuple[bytes, Letter]]) -> Honest:
        plan = self.plan
        chance = Random(plan.seed)
        words = Words(Random(plan.seed))
        async with asyncio.TaskGroup() as tasks:
            for number, (host, letter) in enumerate(mails):
                at = number * plan.seconds / plan.real
                source = REAL.address(plan.first_real + number)
                tasks.create_task(self._real(at, source, host, letter), name=f"real mail {number}")
            for number in range(plan.first_neighbour, plan.first_neighbour + plan.neighbours):
                for _ in range(1 + (chance.random() < _TWICE)):
                    host, letter = neighbour(self._variant, words, chance, number)
                    at = chance.uniform(0, plan.seconds)
                    source = NEIGHBOURS.address(number)
                    tasks.create_task(self._retried(at, source, host, letter), name=f"neighbour {number}")
        return Honest(self.real, self.neighbours)

    async def _real(self, at: float, source: str, host: bytes, letter: Letter) -> None:
        await asyncio.sleep(at)
        begun = time.monotonic()
        reply = await self._attempt(source, host, letter)
        took = time.monotonic() - begun
        real = self.real
        real.sent += 1
        real.took.append(took)
        if code(reply) >= 500:
            real.refused += 1
        elif code(reply) != 250 or took > SLOW:
            real.slowed += 1
        _note(real.replies, reply)

    async def _retried(self, at: float, source: str, host: str, letter: Letter) -> None:
        await asyncio.sleep(at)
        begun = time.monotonic()
        these = self.neighbours
        these.sent += 1
        for pause in (*RETRIES, 0.0):
            reply = await self._attempt(source, host.encode(), letter)
            _note(these.replies, reply)
            if code(reply) == 250:
                took = time.monotonic() - begun
                these.delivered += 1
                these.in_time += took <= IN_TIME
                these.latest = max(these.latest, took)
                return
            if code(reply) >= 500:
                return
            these.deferred += pause == RETRIES[0]
            await asyncio.sleep(pause)

    async def _attempt(self, source: str, host: bytes, letter: Letter) -> bytes:
        """The deciding reply, empty when the connection ended without one."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await handed_over(self.plan.where, source, host, letter)
        except OSError:  # TimeoutError is one
            return b""


def _note(replies: Counter[str], reply: bytes) -> None:
    """Counts what is no 250 by its text, of which there are few kinds."""
    text = reply[:_LONGEST].decode(errors="replace").strip() or "no reply"
    if not text.startswith("250"):
        replies[text if text in replies or len(replies) < _SAMPLES else text[:3]] += 1
