"""What was read out of a message once, so that nobody has to read it again."""

from typing import Final, Literal

from msgspec import Struct

State = Literal["pending", "done", "truncated", "failed"]

RULES: Final = 1
"""Raised whenever the rules get better, so that `redigest` knows what is old."""


class Mailbox(Struct, frozen=True, array_like=True, gc=False):
    """A name, which may be empty, and an address, which may be empty where only a name stands."""

    name: str
    address: str


class Span(Struct, frozen=True, array_like=True, gc=False):
    """Where a part's body lies in the raw octets, and how it is encoded there."""

    start: int
    end: int
    encoding: str


class Attachment(Struct, frozen=True, array_like=True, gc=False):
    """A part that is not the message's own text.

    `size` is its length in octets once decoded. `name` and `content_id` are the sender's, possibly
    empty. MD5 names a file for the compatible API, and proves nothing.
    """

    span: Span
    md5: str
    sha256: str
    name: str
    type: str
    content_id: str
    disposition: str
    size: int


class Original(Struct, frozen=True, array_like=True, gc=False):
    """HTML as the sender wrote it: where it lies, and the charset that it is in."""

    span: Span
    charset: str


class Code(Struct, frozen=True, array_like=True, gc=False):
    """A one-time code as it is to be typed, where it stood (subject, text, html), and how sure we are."""

    value: str
    source: str
    confidence: float


class Action(Struct, frozen=True, array_like=True, gc=False):
    """A link that asks to be followed: verify, reset, sign in … and how sure we are."""

    url: str
    text: str
    kind: str
    confidence: float


class Brief(Struct, frozen=True, array_like=True, gc=False):
    """What a list shows of a message. New fields go last and have defaults.

    `reasons` says, as short words, why a digest is truncated or failed.
    """

    state: State
    subject: str = ""
    sender: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    snippet: str = ""
    links: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()  # MD5 of each
    codes: tuple[Code, ...] = ()
    actions: tuple[Action, ...] = ()
    reasons: tuple[str, ...] = ()


class Digest(Struct, frozen=True, array_like=True, gc=False):
    """A message as it is read. New fields go last and have defaults.

    `text` is made from HTML when there is none, and `html` is sanitised; both empty when there is
    neither. `headers` are decoded, in their order, names as written. `date` in milliseconds since the
    epoch (UTC). `shape` is the media types, nested in brackets. `rules` is the version of the rules that
    made this digest.
    """

    brief: Brief
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    date: int | None = None
    message_id: str = ""
    originals: tuple[Original, ...] = ()
    shape: str = ""
    rules: int = RULES


def failure(reason: str) -> Digest:
    """The digest of a message that could not be read; its raw octets are there all the same."""
    return Digest(Brief("failed", reasons=(reason,)))
