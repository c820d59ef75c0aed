"""Where one SMTP conversation stands: what was agreed, who spoke, and which transaction is open."""

from dataclasses import dataclass
from enum import IntEnum

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.auth import Exchange
from mailweir.wire.smtp.body import DataBody
from mailweir.wire.smtp.events import Hello
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.transaction import Transaction

MOST_RECIPIENTS = 500  # RFC 5321 §4.5.3.1.8 asks for 100


@dataclass(frozen=True, slots=True)
class Rules:
    """What this side of the conversation offers and holds to. `size_limit` in octets."""

    hostname: str
    size_limit: int
    strict: bool = True
    tls: bool = False
    auth: bool = False
    auth_without_tls: bool = False
    recipients: int = MOST_RECIPIENTS


class State(IntEnum):
    """What the next octets are."""

    COMMAND = 0
    DATA = 1
    CHUNK = 2
    AUTH = 3
    TLS = 4


class Dialog:
    """The state that commands read and change."""

    __slots__ = ("authenticated", "data", "exchange", "hello", "rules", "state", "tls", "transaction")

    def __init__(self, rules: Rules, *, tls: bool) -> None:
        self.rules = rules
        self.tls = tls
        self.start()

    def start(self) -> None:
        """As after connecting: nothing was said yet."""
        self.hello: Hello | None = None
        self.authenticated: str | None = None
        self.exchange: Exchange | None = None
        self.data: DataBody | None = None
        self.transaction = Transaction()
        self.state = State.COMMAND

    @property
    def offers_auth(self) -> bool:
        """Whether credentials may be sent now."""
        return self.rules.auth and (self.tls or self.rules.auth_without_tls)

    def missing(self) -> Reply | None:
        """What has to be said before content can be; None when nothing is missing."""
        transaction = self.transaction
        if transaction.recipients:
            return None
        if self.hello is None:
            return reply.HELLO_FIRST
        if not transaction.open:
            return reply.MAIL_FIRST
        return reply.NO_RECIPIENTS if transaction.refused else reply.RECIPIENT_FIRST

    def wants_ascii(self, text: str, *, smtputf8: bool) -> bool:
        """Whether `text` may not stand in a command here (RFC 6531 §3.5)."""
        return self.rules.strict and not smtputf8 and not text.isascii()
