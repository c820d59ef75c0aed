"""The public door: anybody may hand in mail; what is asked of it is decided without waiting."""

from collections.abc import Callable
from dataclasses import dataclass

from mailweir.model.address import Address
from mailweir.model.ruling import Action
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.door import Door, Slowed, Visitor, mailbox, transaction
from mailweir.services.reception import Receipt, Reception
from mailweir.services.refusing import Refusing
from mailweir.services.throttling import Throttling
from mailweir.services.visiting import Visit
from mailweir.wire.smtp.events import Authenticate, Event, Hello, Mail, Message, Recipient
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules


@dataclass(frozen=True, slots=True)
class PublicDoor(Door):
    """`rules` of the conversation; `any_login` takes every user name and password (profile `local`).

    Who is not `exempt` is throttled; bans hold for everybody.
    """

    reception: Reception
    throttling: Throttling
    rules: Rules
    any_login: bool = False
    exempt: Callable[[str], bool] | None = None

    def desk(self, ip: str) -> "PublicDesk":
        """For a peer at that address."""
        visit = Visit(self.throttling, ip, exempt=self.exempt is not None and self.exempt(ip))
        return PublicDesk(self, visit, Refusing(self.throttling.explain, self.reception.clock, ip))

    def welcome(self, ip: str) -> Reply | None:
        """Who is banned is told so in place of the greeting."""
        visit = Visit(self.throttling, ip)
        ruling = visit.welcome()
        if ruling is None:
            return None
        reply = replies.of_ruling(ruling)
        visit.told(ruling, (), str(reply))
        return reply

    def turned_away(self, ip: str, reply: Reply) -> None:
        """Counts and explains a connection that was refused or ended for what it is."""
        Visit(self.throttling, ip).turned_away(str(reply))

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        return self.reception.hesitates()


class PublicDesk:
    """One peer."""

    __slots__ = ("_door", "_known", "_refusing", "_visit")

    def __init__(self, door: PublicDoor, visit: Visit, refusing: Refusing) -> None:
        self._door = door
        self._refusing = refusing
        self._visit = visit
        self._known = False  # whether it has handed a message in

    @property
    def rules(self) -> Rules:
        """The rules of the conversation with this peer."""
        return self._door.rules

    def decide(self, event: Event) -> Reply | Slowed | None:
        """The answer to an event that is not a message; None is the usual positive reply."""
        door, visit = self._door, self._visit
        if isinstance(event, Recipient):
            return self._on_recipient(mailbox(event.path, door.rules.hostname))
        if isinstance(event, Mail):
            sender = _address(event.sender)
            self._refusing.begin(sender)
            visit.begin(sender)
            return replies.of_verdict(door.reception.verdict_on_mail())
        if isinstance(event, Hello):
            self._refusing.hello(event.name)
            visit.hello(event.name)
        elif isinstance(event, Authenticate) and not door.any_login:
            return replies.WRONG_LOGIN
        return None

    def deliver(self, message: Message, visitor: Visitor) -> Receipt | Reply:
        """Hands a finished transaction in, unless it is put off."""
        door, visit = self._door, self._visit
        if (ruling := visit.content(message.content)) is not None:
            reply = replies.of_ruling(ruling)
            inboxes = [mailbox(path, door.rules.hostname).inbox for path in message.recipients]
            visit.told(ruling, inboxes, str(reply))
            return reply
        self._known = True
        return door.reception.deliver(transaction(message, visitor, door.rules.hostname))

    def _on_recipient(self, address: Address) -> Reply | Slowed | None:
        visit, inbox = self._visit, address.inbox
        verdict = self._door.reception.verdict_on_recipient(address, known=self._known)
        reply = replies.of_verdict(verdict)
        if reply is not None:
            self._refusing.refused(verdict, inbox, str(reply))
            return reply
        ruling = visit.recipient(inbox)
        if ruling is None:
            return None
        if ruling.action is Action.SLOW:
            visit.told(ruling, (inbox,), "")
            return Slowed(None, ruling.seconds)
        reply = replies.of_ruling(ruling)
        visit.told(ruling, (inbox,), str(reply))
        return reply


def _address(path: Path | None) -> Address | None:
    return None if path is None else Address(path.local, path.domain)
