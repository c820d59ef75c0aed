"""The public door: anybody may hand in mail; what is asked of it is decided without waiting."""

from dataclasses import dataclass

from mailweir.servers.smtp import replies
from mailweir.servers.smtp.door import Door, Refused, Visitor, mailbox, nobody, told, transaction
from mailweir.services.reception import Receipt, Reception
from mailweir.wire.smtp.events import Authenticate, Event, Mail, Message, Recipient
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules


@dataclass(frozen=True, slots=True)
class PublicDoor(Door):
    """`rules` of the conversation; `any_login` takes every user name and password (profile `local`).

    It is the same for every peer, and so its own desk.
    """

    reception: Reception
    rules: Rules
    any_login: bool = False
    refused: Refused = nobody

    def desk(self, ip: str) -> "PublicDoor":
        """For a peer at that address."""
        del ip
        return self

    def decide(self, event: Event) -> Reply | None:
        """The answer to an event that is not a message; None is the usual positive reply."""
        if isinstance(event, Recipient):
            address = mailbox(event.path, self.rules.hostname)
            verdict = self.reception.verdict_on_recipient(address.domain)
            return told(replies.of_verdict(verdict), address, self.refused)
        if isinstance(event, Mail):
            return replies.of_verdict(self.reception.verdict_on_mail())
        if isinstance(event, Authenticate) and not self.any_login:
            return replies.WRONG_LOGIN
        return None

    def deliver(self, message: Message, visitor: Visitor) -> Receipt:
        """Hands a finished transaction in."""
        return self.reception.deliver(transaction(message, visitor, self.rules.hostname))

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        return self.reception.hesitates()
