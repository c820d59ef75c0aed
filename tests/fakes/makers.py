"""Small makers of what tests hand in, and the clock that they set by hand."""

from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.model.address import Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.message import Delivery, Peer, QueueId, Recipient
from mailweir.model.ruling import Action, Rule, Ruling
from mailweir.policy.visibility import AnonymousRules
from mailweir.services.access import Access

BOB = Inbox("bob@inbox.test")
EVE = Inbox("eve@inbox.test")
NOON = 1_790_000_000_000
"""The moment, in milliseconds since the epoch, at which a `HandClock` starts."""


def a_delivery(
    number: int,
    *recipients: Recipient | Inbox,
    raw: bytes = b"Subject: hello\r\n\r\nhello\r\n",
    received: int | None = None,
    sender: str | None = "sender@origin.test",
) -> Delivery:
    """Delivery number `number`, received that many milliseconds after `NOON`; to BOB if nobody is named."""
    return Delivery(
        id=QueueId(f"q{number:07d}"),
        received=NOON + number if received is None else received,
        sender=sender,
        recipients=tuple(_recipient(each) for each in recipients or (BOB,)),
        peer=Peer("192.0.2.1", 40000, "origin.test", tls=True, via="192.0.2.25"),
        trace=b"",
        content=raw,
        flaws=("bare newline",),
    )


def _recipient(each: Recipient | Inbox) -> Recipient:
    return each if isinstance(each, Recipient) else Recipient(each, each)


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0  # seconds

    def now(self) -> int:
        return NOON + int(self.passed * 1000)

    def monotonic(self) -> float:
        return self.passed

    def advance(self, seconds: float) -> None:
        self.passed += seconds


def access_by(rules: AnonymousRules) -> Access:
    """Access where there is no account."""
    return Access(MemoryDirectory(Registry()), rules, HandClock())


def an_explanation(
    number: int = 0,
    inbox: Inbox | None = BOB,
    rule: Rule = Rule.INBOX,
    action: Action = Action.LATER,
    *,
    code: str = "00c0ffee00",
    reply: str = "450 4.2.1 Too many messages for this recipient; try again in 9 seconds [00c0ffee00]",
    acted: bool = True,
    at: int | None = None,
) -> Explanation:
    """Explanation number `number`, so many milliseconds after `NOON`."""
    ruling = Ruling(action, rule, 9, "bob@inbox.test", {"rate": 5, "burst": 100, "ahead": 9}, code)
    return Explanation(
        NOON + number if at is None else at,
        ruling,
        "192.0.2.77",
        "mx.shop.test",
        "ann@shop.test",
        inbox,
        acted,
        reply,
    )
