"""Senders that keep at work, over breaks of the server, and write down what they sent."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from fakes.server import Endpoint
from fakes.smtp_client import Mail, Reply, Talk, talking
from load.journal import PER_INBOX, Entry, Journal

_HALF_SENT = 0.02  # share of mails whose end is kept back
_TWICE = 0.1  # share of mails with two recipients
_CHUNKED = 0.3  # share of mails sent by BDAT
_AGAIN = 0.02  # seconds before a sender whose connection broke comes back


@dataclass(slots=True)
class Load:
    """Senders, spread over the doors; each waits for `pause` seconds after each mail."""

    doors: Sequence[Endpoint]
    journal: Journal = field(default_factory=Journal)
    connections: int = 16
    pause: float = 0.0
    answers: Counter[int] = field(default_factory=Counter[int])
    _chance: random.Random = field(default_factory=lambda: random.Random(1))
    _senders: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _stopping: bool = False
    _progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def acknowledged(self) -> int:
        return self.answers[250]

    def start(self) -> None:
        for number in range(self.connections):
            door = self.doors[number % len(self.doors)]
            self._senders.append(asyncio.create_task(self._send(door, number), name=f"sender {number}"))

    async def stop(self) -> None:
        """Lets each sender finish the mail it is at."""
        self._stopping = True
        await asyncio.gather(*self._senders)

    async def until_acknowledged(self, more: int, within: float) -> None:
        """Waits until so many more mails are acknowledged. Raises TimeoutError."""
        wanted = self.acknowledged + more
        await self._until(lambda: self.acknowledged >= wanted, within)

    async def until_refused(self, within: float) -> None:
        """Waits until one more mail is refused for the time being. Raises TimeoutError."""
        wanted = self._refused() + 1
        await self._until(lambda: self._refused() >= wanted, within)

    def _refused(self) -> int:
        return self.answers[451] + self.answers[452]

    async def _until(self, reached: Callable[[], bool], within: float) -> None:
        async with asyncio.timeout(within), self._progress:
            await self._progress.wait_for(reached)

    async def _send(self, door: Endpoint, sender: int) -> None:
        subjects = (f"s{sender}n{number}" for number in range(10**9))
        while not self._stopping:
            with suppress(OSError, TimeoutError):
                async with talking(door) as talk:
                    for subject in subjects:
                        if self._stopping or not await self._send_one(talk, subject):
                            break
                        await asyncio.sleep(self.pause)
            await asyncio.sleep(_AGAIN)

    async def _send_one(self, talk: Talk, subject: str) -> bool:
        """False when the sender is to hang up, half-way through the mail."""
        mail, entry = self._mail(subject)
        if self._chance.random() < _HALF_SENT:
            await talk.write(mail.envelope() + b"DATA\r\n" + mail.content)
            return False
        await self._note(entry, await talk.deliver(mail, entry.end))
        return True

    def _mail(self, subject: str) -> tuple[Mail, Entry]:
        sender, _, number = subject.partition("n")
        inbox = f"{sender}i{int(number) // PER_INBOX}@kept.test"
        inboxes = [inbox, f"copy-{inbox}"] if self._chance.random() < _TWICE else [inbox]
        chunked = self._chance.random() < _CHUNKED
        entry = self.journal.begin(subject, inboxes)
        return Mail(inboxes, self.journal.body.content(subject), chunked=chunked), entry

    async def _note(self, entry: Entry, answer: Reply) -> None:
        if answer.code == 250:
            entry.queue_id = answer.queue_id
        self.answers[answer.code] += 1
        async with self._progress:
            self._progress.notify_all()
