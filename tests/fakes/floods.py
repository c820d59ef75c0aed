"""Throttles on a clock that the test moves, and mail of strangers, tools and floods for them."""

import functools
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from fakes.makers import HandClock
from mailweir.adapters.memory.banbook import MemoryBanBook, MemoryBook
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.suffixes import PublicSuffixes
from mailweir.model.address import Address, Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Ruling
from mailweir.policy.ban_subjects import Bounds
from mailweir.services.ban_keeping import BanKeeping
from mailweir.services.blocklist import Blocklist
from mailweir.services.throttling import Throttling
from mailweir.services.visiting import Visit

WORDS: Final = (
    "river",
    "window",
    "market",
    "simple",
    "answer",
    "letter",
    "yellow",
    "garden",
    "silent",
    "winter",
)


@functools.cache
def _suffixes() -> PublicSuffixes:
    """Read once: it takes a fifth of a second."""
    made = PublicSuffixes()
    made.load()
    return made


@dataclass
class Stand:
    """Throttles with all that they ask."""

    clock: HandClock = field(default_factory=HandClock)
    registry: Registry = field(default_factory=Registry)
    explained: list[Explanation] = field(default_factory=list)
    throttle: Literal["on", "dry-run", "off"] = "on"

    def __post_init__(self) -> None:
        keeping = BanKeeping(MemoryBanBook(MemoryBook()), self.clock, writer="tests", limit=100_000)
        self.blocklist = Blocklist(keeping, Bounds(), limit=100_000)
        self.throttling = Throttling(
            suffixes=_suffixes(),
            directory=MemoryDirectory(self.registry),
            clock=self.clock,
            blocklist=self.blocklist,
            secret=b"of tests",
            explain=self.explained.append,
            throttle=self.throttle,
        )

    def visit(self, ip: str, hello: str = "") -> Visit:
        made = Visit(self.throttling, ip)
        if hello:
            made.hello(hello)
        return made

    def send(self, mail: "Sent") -> Ruling | None:
        """What befalls a whole delivery over a connection of its own; the first ruling ends it."""
        visit = self.visit(mail.ip, mail.hello)
        if (ruling := visit.welcome()) is not None:
            return ruling
        visit.begin(Address(*mail.sender.split("@")))
        return visit.recipient(Inbox(mail.inbox)) or visit.content(mail.content)


@dataclass(frozen=True)
class Sent:
    """One delivery."""

    ip: str
    hello: str
    sender: str
    content: bytes
    inbox: str = "somebody@thing.test"


def a_text(chance: random.Random, words: int = 60) -> str:
    return " ".join(chance.choice(WORDS) + chance.choice(WORDS) for _ in range(words))


def a_mail(fields: dict[str, str], text: str) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n{text}\r\n".encode()


def unique_host(number: int, domain: str) -> str:
    return ".".join([f"{letter}{number * 7 % 100_003}" for letter in "abcdef"] + [domain])


def a_flood(
    chance: random.Random, *, domain: str = "evil-mailer.com", reply_to: str = "", networks: int = 64
) -> Iterator[Sent]:
    """Outage A: every message from a host of its own, six labels deep, by one tool."""
    for number in itertools.count():
        sender = f"u{number}@{unique_host(number, domain)}"
        fields = {
            "From": f"<{sender}>",
            "To": "<somebody@thing.test>",
            "Reply-To": reply_to or f"<r{number}@mailbox{number % 977}.test>",
            "Subject": a_text(chance, 3),
            "X-Mailer": "Cannon 1.0",
        }
        ip = f"10.{number % networks}.0.{number // networks % 250}"
        yield Sent(
            ip, f"mx{number}.{domain}", sender, a_mail(fields, a_text(chance)), f"box{number}@thing.test"
        )
