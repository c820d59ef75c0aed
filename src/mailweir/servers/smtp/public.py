"""The public door: anybody may hand in mail; what is asked of it is decided without waiting."""

from dataclasses import dataclass

from msgspec import Struct

from mailweir.model.address import Address
from mailweir.model.message import Peer
from mailweir.servers.smtp import replies
from mailweir.services.reception import Receipt, Reception, Transaction
from mailweir.wire.smtp.events import Authenticate, Event, Hello, Mail, Message, Recipient
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules
from mailweir.wire.smtp.trace import protocol


class Visitor(Struct, frozen=True, gc=False):
    """What a session knows about its peer when a message is finished."""

    peer: Peer
    hello: Hello | None
    authenticated: bool


@dataclass(frozen=True, slots=True)
class PublicDoor:
    """`rules` of the conversation; `any_login` takes every user name and password (profile `local`)."""

    reception: Reception
    rules: Rules
    any_login: bool = False

    def decide(self, event: Event) -> Reply | None:
        """The answer to an event that is not a message; None is the usual positive reply."""
        if isinstance(event, Recipient):
            domain = event.path.domain or self.rules.hostname
            return replies.of_verdict(self.reception.verdict_on_recipient(domain))
        if isinstance(event, Mail):
            return replies.of_verdict(self.reception.verdict_on_mail())
        if isinstance(event, Authenticate) and not self.any_login:
            return replies.WRONG_LOGIN
        return None

    def deliver(self, message: Message, visitor: Visitor) -> Receipt:
        """Hands a finished transaction in."""
        sender = message.sender
        return self.reception.deliver(
            Transaction(
                sender=None if sender is None else Address(sender.local, sender.domain),
                recipients=[self._address(path) for path in message.recipients],
                content=message.content,
                peer=visitor.peer,
                protocol=protocol(
                    extended=visitor.hello is not None and visitor.hello.extended,
                    tls=visitor.peer.tls,
                    authenticated=visitor.authenticated,
                    utf8=message.parameters.smtputf8,
                ),
                flaws=message.flaws,
            )
        )

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        return self.reception.hesitates()

    def _address(self, path: Path) -> Address:
        # RFC 5321 §4.5.1: `postmaster` without a domain is ours.
        return Address(path.local, path.domain or self.rules.hostname)
