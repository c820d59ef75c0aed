"""The shapes of the compatible API: every key present, lists never null.

Beside Mailsac's fields a message carries `seq`, `digest`, `snippet`, `codes`, `actions` and `spamScore`.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from mailweir.model.address import host_of
from mailweir.model.digest import Attachment, Mailbox, State
from mailweir.model.marks import Folder
from mailweir.model.message import Summary
from mailweir.servers.web.moments import iso
from mailweir.services.heading import heading

Headers = Sequence[tuple[str, str]]
"""Header fields in their order: names as written, values decoded."""


class NamedAddress(Struct, frozen=True):
    """A mailbox in a header field; the name may be empty."""

    address: str
    name: str


class CodeView(Struct, frozen=True):
    """A one-time code that was found in a message."""

    value: str
    source: str
    confidence: float


class ActionView(Struct, frozen=True):
    """A link in a message that asks to be followed."""

    url: str
    text: str
    kind: str
    confidence: float


class HeaderField(Struct, frozen=True):
    """One header field, decoded."""

    name: str
    value: str


class AttachmentMeta(Struct, frozen=True, rename="camel"):
    """A part of a message that is a file; `checksum` is its MD5, `length` in octets."""

    checksum: str
    sha256: str
    content_disposition: str
    content_id: str
    content_type: str
    file_name: str
    length: int
    transfer_encoding: str


class Counted(Struct, frozen=True):
    """How many messages an inbox has."""

    count: int
    inbox: str


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
    folder: Folder = "inbox"
    labels: list[str] = field(default_factory=list[str])
    read: bool | None = None
    rtls: bool
    links: list[str] = field(default_factory=list[str])
    spam: int = 0
    seq: int
    digest: State = "pending"
    snippet: str = ""
    codes: list[CodeView] = field(default_factory=list[CodeView])
    actions: list[ActionView] = field(default_factory=list[ActionView])
    spam_score: float | None = None


class Content(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the frame of an arrival has beside the fields of `EmailMessage`.

    `html` is the sender's own, `body` is sanitised. A long `raw` is left out, which `rawLeftOut` says.
    """

    raw: str
    raw_left_out: bool
    headers: dict[str, str | list[str]]
    text: str
    html: str
    body: str


class Dropped(Struct, frozen=True):
    """A message that was kept."""

    id: str = field(name="_id")


class Labelled(Struct, frozen=True):
    """The labels of a message."""

    id: str = field(name="_id")
    labels: list[str]


class Foldered(Struct, frozen=True):
    """The folder of a message."""

    id: str = field(name="_id")
    folder: Folder


class Noted(Struct, frozen=True):
    """Whether a message was read."""

    id: str = field(name="_id")
    read: bool


class Deleted(Struct, frozen=True):
    """A message that is gone."""

    id: str = field(name="_id")
    inbox: str
    message: str = "Message was deleted."


class InboxPage(Struct, frozen=True):
    """A page of all of an account's mail; `unread` counts all of it."""

    messages: list[EmailMessage]
    unread: int
    limit: int
    skip: int
    since: str | None = None


class FoundMessages(Struct, frozen=True):
    """What is as the conditions say."""

    messages: list[EmailMessage]


class SearchedMessages(Struct, frozen=True):
    """In what the text was found."""

    query: str
    messages: list[EmailMessage]


def email_message(summary: Summary) -> EmailMessage:
    """A summary in the API's shape, its header fields decoded."""
    brief = heading(summary)
    return EmailMessage(
        id=summary.id,
        sender=_people(brief.sender),
        to=_people(brief.to),
        cc=_people(brief.cc),
        bcc=_people(brief.bcc),
        subject=brief.subject,
        inbox=summary.inbox,
        original_inbox=summary.original,
        domain=host_of(summary.inbox),
        received=iso(summary.received),
        size=summary.size,
        attachments=list(brief.attachments),
        ip=summary.peer.ip,
        via=summary.peer.via,
        rtls=summary.peer.tls,
        saved_by=summary.marks.saved_by,
        folder=summary.marks.folder,
        labels=list(summary.marks.labels),
        read=summary.marks.read,
        links=list(brief.links),
        seq=summary.seq,
        digest=brief.state,
        snippet=brief.snippet,
        codes=[CodeView(one.value, one.source, one.confidence) for one in brief.codes],
        actions=[ActionView(one.url, one.text, one.kind, one.confidence) for one in brief.actions],
    )


def email_messages(summaries: Sequence[Summary]) -> list[EmailMessage]:
    """The same for a list."""
    return [email_message(summary) for summary in summaries]


def header_lists(headers: Headers) -> dict[str, list[str]]:
    """Lower-case name to the values of each header field, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


def header_values(headers: Headers) -> dict[str, str | list[str]]:
    """The same with a text for a field that stands there once."""
    return {name: values[0] if len(values) == 1 else values for name, values in header_lists(headers).items()}


def ordered_headers(headers: Headers) -> list[HeaderField]:
    """The header fields in their order, names as written."""
    return [HeaderField(name, value) for name, value in headers]


def attachment_meta(attachment: Attachment) -> AttachmentMeta:
    """An attachment in the API's shape."""
    return AttachmentMeta(
        checksum=attachment.md5,
        sha256=attachment.sha256,
        content_disposition=attachment.disposition,
        content_id=attachment.content_id,
        content_type=attachment.type,
        file_name=attachment.name,
        length=attachment.size,
        transfer_encoding=attachment.span.encoding,
    )


def _people(mailboxes: Sequence[Mailbox]) -> list[NamedAddress]:
    return [NamedAddress(one.address, one.name) for one in mailboxes]
