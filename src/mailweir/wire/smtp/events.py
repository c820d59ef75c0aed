"""What a conversation tells its owner. Each event but `StartTls` waits for an answer."""

from dataclasses import dataclass

from mailweir.wire.smtp.extensions import MailParameters, RecipientParameters
from mailweir.wire.smtp.grammar import Path


@dataclass(frozen=True, slots=True)
class Hello:
    """EHLO (`extended`) or HELO. `name` is printable, without spaces, and unverified."""

    name: str
    extended: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A sender; None for the null path `<>`."""

    sender: Path | None
    parameters: MailParameters


@dataclass(frozen=True, slots=True)
class Recipient:
    """One more recipient of the open transaction."""

    path: Path
    parameters: RecipientParameters


@dataclass(frozen=True, slots=True)
class Message:
    """One finished transaction: the content without dot-stuffing, and whom it is for.

    `flaws` names what a strict conversation would have refused: `bare_cr`, `bare_lf`, `nul`.
    """

    sender: Path | None
    recipients: tuple[Path, ...]
    parameters: MailParameters
    content: bytes
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Credentials of AUTH PLAIN (RFC 4616) or LOGIN."""

    mechanism: str
    identity: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class StartTls:
    """Send the output, then speak TLS, then call `Server.secured`."""


Event = Hello | Mail | Recipient | Message | Authenticate | StartTls
