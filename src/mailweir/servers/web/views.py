"""What pages show of a message: every text made safe to read and ready to print. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from mailweir.model.digest import Digest
from mailweir.model.message import Summary
from mailweir.servers.web.moments import iso
from mailweir.services.heading import heading
from mailweir.wire.mime.charsets import showable
from mailweir.wire.mime.words import decode_text

# Characters that make a line read in another order than it is written (Unicode UAX #9 §2).
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STEPS: Final = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"))
_FIELDS: Final = ("from", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id")
_KIB: Final = 1024
_PICTURES: Final = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\r\n"} | {0x7F: 0x2421}


@dataclass(frozen=True, slots=True)
class ActionLink:
    """A link that a message asks to follow, with the host that it really leads to."""

    url: str
    text: str
    host: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment that can be downloaded."""

    url: str
    name: str
    type: str
    size: str


@dataclass(frozen=True, slots=True)
class Row:
    """One message in a list."""

    url: str
    inbox: str
    inbox_url: str
    sender: str
    subject: str
    snippet: str
    code: str
    files: int
    pending: bool
    received: str
    age: str
    size: str


def row(summary: Summary, now: int) -> Row:
    """A summary as a line of a list; `now` in milliseconds since the epoch."""
    brief = heading(summary)
    senders = [person.name or person.address for person in brief.sender]
    inbox_url = url_of_inbox(summary.inbox)
    return Row(
        url=f"{inbox_url}/{summary.id}",
        inbox=visible(summary.inbox),
        inbox_url=inbox_url,
        sender=visible(", ".join(senders)) or "(no sender)",
        subject=visible(brief.subject) or "(no subject)",
        snippet=visible(brief.snippet),
        code=visible(brief.codes[0].value) if brief.codes else "",
        files=len(brief.attachments),
        pending=brief.state == "pending",
        received=iso(summary.received),
        age=age(now - summary.received),
        size=size(summary.size),
    )


def rows(summaries: Sequence[Summary], now: int) -> list[Row]:
    """The same for a list."""
    return [row(summary, now) for summary in summaries]


def actions(summary: Summary) -> list[ActionLink]:
    """The links that a message asks to follow, surest first."""
    found = summary.brief.actions if summary.brief else ()
    return [
        ActionLink(one.url, visible(one.text) or one.kind, visible(urlsplit(one.url).hostname or ""))
        for one in found
    ]


def files(digest: Digest, url: str) -> list[File]:
    """The attachments of a message; `url` is where they lie. By MD5, which is no sender's word."""
    return [
        File(f"{url}/{one.md5}", visible(one.name) or "(no name)", visible(one.type), size(one.size))
        for one in digest.attachments
    ]


def fields(summary: Summary) -> list[tuple[str, str]]:
    """The header fields that a message's page shows, in reading order, then what the transaction said."""
    shown = [
        (name.title().replace("-Id", "-ID"), visible(decode_text(summary.headers[name])))
        for name in _FIELDS
        if name in summary.headers
    ]
    sender = "<>" if summary.sender is None else visible(summary.sender)
    return [
        *shown,
        (
            "Sent by",
            f"{sender} from {visible(summary.peer.ip) or 'unknown'}{' over TLS' if summary.peer.tls else ''}",
        ),
        ("Sent to", visible(summary.original)),
        ("Flaws", ", ".join(summary.flaws) or "none"),
    ]


def url_of_inbox(inbox: str) -> str:
    """The page of an inbox."""
    return f"/inbox/{quote(inbox, safe='@')}"


def visible(text: str) -> str:
    """`text` on one line, with the characters that turn the reading order round written out."""
    return _written_out(showable(text))


def source(octets: bytes) -> str:
    """The source of a message as text; control characters are shown by their pictures."""
    return _written_out(octets.decode("utf-8", "replace").translate(_PICTURES))


def _written_out(text: str) -> str:
    return _BIDI.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def age(milliseconds: int) -> str:
    """How long ago, in the largest unit that fits."""
    for length, unit in _STEPS:
        if milliseconds >= length:
            count = milliseconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def size(octets: int) -> str:
    """A length for people."""
    if octets < _KIB:
        return f"{octets} B"
    if octets < _KIB * _KIB:
        return f"{octets / _KIB:.1f} KiB"
    return f"{octets / _KIB / _KIB:.1f} MiB"
