"""The shapes of the compatible API: every key present, lists never null.

Beside Mailsac's fields a message carries `seq`, `digest`, `snippet`, `codes`, `actions` and `spamScore`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from msgspec import Struct, field

from mailweir.model.message import Summary
from mailweir.wire.mime.addresses import addresses
from mailweir.wire.mime.words import decode_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NamedAddress(Struct, frozen=True):
    """A mailbox in a header field; the name may be empty."""

    address: str
    name: str


class Code(Struct, frozen=True):
    """A one-time code that was found in a message."""

    value: str
    source: str
    confidence: float


class Action(Struct, frozen=True):
    """A link in a message that asks to be followed."""

    url: str
    text: str
    kind: str
    confidence: float


class EmailMessage(Struct, frozen=True, kw_only=True, rename="camel"):
    """A kept message without its body."""

    id: str = field(name="_id")
    sender: list[NamedAddress] = field(name="from")
    to: list[NamedAddress]
    cc: list[NamedAddress]
    bcc: list[NamedAddress]
    subject: str
    saved_by: str | None = None
    inbox: str
    original_inbox: str
    domain: str
    received: str
    size: int
    attachments: list[str] = field(default_factory=list[str])
    ip: str
    via: str
    folder: Literal["inbox", "all", "spam", "trash"] = "inbox"
    labels: list[str] = field(default_factory=list[str])
    read: bool | None = None
    rtls: bool
    links: list[str] = field(default_factory=list[str])
    spam: int = 0
    seq: int
    digest: Literal["pending", "done", "truncated", "failed"] = "pending"
    snippet: str = ""
    codes: list[Code] = field(default_factory=list[Code])
    actions: list[Action] = field(default_factory=list[Action])
    spam_score: float | None = None


class Dropped(Struct, frozen=True):
    """A message that was kept."""

    id: str = field(name="_id")


class Deleted(Struct, frozen=True):
    """A message that is gone."""

    id: str = field(name="_id")
    inbox: str
    message: str = "Message was deleted."


def email_message(summary: Summary) -> EmailMessage:
    """A summary in the API's shape, its header fields decoded."""
    headers = summary.headers
    return EmailMessage(
        id=summary.id,
        sender=sender_of(summary),
        to=_named(headers, "to"),
        cc=_named(headers, "cc"),
        bcc=_named(headers, "bcc"),
        subject=decode_text(headers.get("subject", b"")),
        inbox=summary.inbox,
        original_inbox=summary.original,
        domain=summary.inbox.rpartition("@")[2],
        received=iso(summary.received),
        size=summary.size,
        ip=summary.peer.ip,
        via=summary.peer.via,
        rtls=summary.peer.tls,
        seq=summary.seq,
    )


def email_messages(summaries: Sequence[Summary]) -> list[EmailMessage]:
    """The same for a list."""
    return [email_message(summary) for summary in summaries]


def sender_of(summary: Summary) -> list[NamedAddress]:
    """The authors; the envelope's sender when the message names none; empty for the null path."""
    named = _named(summary.headers, "from")
    if named or summary.sender is None:
        return named
    return [NamedAddress(summary.sender, "")]


def iso(milliseconds: int) -> str:
    """A moment as ISO 8601 in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _named(headers: Mapping[str, bytes], name: str) -> list[NamedAddress]:
    value = headers.get(name)
    return [NamedAddress(address, called) for called, address in addresses(value)] if value else []
