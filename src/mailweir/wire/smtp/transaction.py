"""The open mail transaction (RFC 5321 §3.3): a sender, the recipients so far, and chunks of content."""

from mailweir.wire.smtp.body import ChunkBody, flaws_of
from mailweir.wire.smtp.events import Message
from mailweir.wire.smtp.extensions import NO_MAIL_PARAMETERS, MailParameters
from mailweir.wire.smtp.grammar import Path


class Transaction:
    """Opened by MAIL, closed by its content, by RSET, or by a new hello."""

    __slots__ = ("chunks", "open", "parameters", "recipients", "refused", "sender")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget it."""
        self.open = False
        self.sender: Path | None = None
        self.parameters: MailParameters = NO_MAIL_PARAMETERS
        self.recipients: list[Path] = []
        self.refused = 0
        self.chunks: ChunkBody | None = None

    def begin(self, sender: Path | None, parameters: MailParameters) -> None:
        """MAIL was answered 250."""
        self.open = True
        self.sender = sender
        self.parameters = parameters

    def message(self, content: bytes) -> Message:
        """The finished transaction."""
        return Message(self.sender, tuple(self.recipients), self.parameters, content, flaws_of(content))
