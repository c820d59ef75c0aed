"""What a conversation tells its owner. Each event but `StartTls` waits for an answer."""

from msgspec import Struct

from mailweir.wire.smtp.extensions import MailParameters, RecipientParameters
from mailweir.wire.smtp.grammar import Path


class Hello(Struct, frozen=True, gc=False):
    """EHLO (`extended`) or HELO. `name` is printable, without spaces, and unverified."""

    name: str
    extended: bool


class Mail(Struct, frozen=True, gc=False):
    """A sender; None for the null path `<>`."""

    sender: Path | None
    parameters: MailParameters


class Recipient(Struct, frozen=True, gc=False):
    """One more recipient of the open transaction."""

    path: Path
    parameters: RecipientParameters


class Message(Struct, frozen=True, gc=False):
    """One finished transaction: the content without dot-stuffing, and whom it is for.

    `flaws` names what a strict conversation would have refused: `bare_cr`, `bare_lf`, `nul`.
    """

    sender: Path | None
    recipients: tuple[Path, ...]
    parameters: MailParameters
    content: bytes
    flaws: tuple[str, ...]


class Authenticate(Struct, frozen=True, gc=False):
    """Credentials of AUTH PLAIN (RFC 4616) or LOGIN."""

    mechanism: str
    identity: str
    username: str
    password: str


class StartTls(Struct, frozen=True, gc=False):
    """Send the output, then speak TLS, then call `Server.secured`."""


Event = Hello | Mail | Recipient | Message | Authenticate | StartTls
