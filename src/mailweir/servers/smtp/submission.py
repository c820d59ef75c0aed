"""The submission door: people sign in, and what they hand in is captured, whoever it is for."""

import asyncio
from dataclasses import dataclass, replace

from mailweir.model.address import Address
from mailweir.model.verdict import Verdict
from mailweir.policy.networks import is_loopback
from mailweir.servers.smtp import replies
from mailweir.servers.smtp.door import Door, Visitor, mailbox, transaction
from mailweir.services.capture import Capture
from mailweir.services.reception import Receipt
from mailweir.services.refusing import Explain, Refusing, nobody
from mailweir.services.signin import Login
from mailweir.wire.smtp.events import Authenticate, Event, Hello, Mail, Message, Recipient
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules


@dataclass(frozen=True, slots=True)
class SubmissionDoor(Door):
    """`rules` of the conversation with a peer that is not on this machine.

    `explain` is told what is refused for good.
    """

    capture: Capture
    rules: Rules
    explain: Explain = nobody

    def desk(self, ip: str) -> "SubmissionDesk":
        """For a peer at that address. What stays within this machine nobody can listen to."""
        rules = replace(self.rules, auth_without_tls=True) if is_loopback(ip) else self.rules
        refusing = Refusing(self.explain, self.capture.reception.clock, ip)
        return SubmissionDesk(self.capture, rules, ip, refusing)

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        return self.capture.hesitates()


class SubmissionDesk:
    """One peer, who may sign in once."""

    __slots__ = ("_capture", "_ip", "_login", "_refusing", "rules")

    def __init__(self, capture: Capture, rules: Rules, ip: str, refusing: Refusing) -> None:
        self.rules = rules
        self._refusing = refusing
        self._capture = capture
        self._ip = ip
        self._login: Login | None = None

    def decide(self, event: Event) -> "Reply | asyncio.Future[Reply | None] | None":
        """The answer to an event that is not a message; None is the usual positive reply."""
        capture = self._capture
        if isinstance(event, Recipient):
            address = mailbox(event.path, self.rules.hostname)
            verdict = capture.verdict_on_recipient(address, self._login)
            reply = replies.of_verdict(verdict)
            if reply is not None:
                self._refusing.refused(verdict, address.inbox, str(reply))
            return reply
        if isinstance(event, Mail):
            sender = event.sender
            self._refusing.begin(None if sender is None else Address(sender.local, sender.domain))
            return replies.of_verdict(capture.verdict_on_mail(self._login))
        if isinstance(event, Hello):
            self._refusing.hello(event.name)
        return self._sign_in(event) if isinstance(event, Authenticate) else None

    def deliver(self, message: Message, visitor: Visitor) -> Receipt:
        """Has a finished transaction captured."""
        handed_in = transaction(message, visitor, self.rules.hostname)
        return self._capture.deliver(handed_in, self._login)

    def _sign_in(self, event: Authenticate) -> "Reply | asyncio.Future[Reply | None] | None":
        # RFC 4616 §2: whoever asks to act for somebody else is refused, as with a wrong name.
        name = event.username if event.identity in {"", event.username} else ""
        if self._capture.weighs(name, event.password):
            return asyncio.ensure_future(self._weigh(name, event.password))
        return self._signed_in(self._capture.sign_in(name, event.password, self._ip))

    async def _weigh(self, name: str, password: str) -> Reply | None:
        return self._signed_in(await self._capture.sign_in_by_password(name, password, self._ip))

    def _signed_in(self, found: Login | Verdict) -> Reply | None:
        if isinstance(found, Login):
            self._login = found
            return None
        return replies.of_verdict(found)
