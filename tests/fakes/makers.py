"""Small makers of what tests hand in, and the clock that they set by hand."""

from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.model.address import Inbox
from mailweir.model.message import Delivery, Peer, QueueId, Recipient
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
