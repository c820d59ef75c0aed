"""What a session asks of the door that its peer came in by, and what every door does alike."""

import asyncio
from typing import Protocol

from msgspec import Struct

from mailweir.model.address import Address
from mailweir.model.message import Peer
from mailweir.services.reception import Receipt, Transaction
from mailweir.wire.smtp.events import Event, Hello, Message
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules
from mailweir.wire.smtp.trace import protocol


class Visitor(Struct, frozen=True, gc=False):
    """What a session knows about its peer when a message is finished."""

    peer: Peer
    hello: Hello | None
    authenticated: bool


class Slowed(Struct, frozen=True, gc=False):
    """An answer that is decided, and said only after so many `seconds`; None is the usual one."""

    reply: Reply | None
    seconds: float


class Desk(Protocol):
    """Who decides what one peer asks for: made when the peer is known, and anew when TLS is up."""

    @property
    def rules(self) -> Rules:
        """The rules of the conversation with this peer."""
        ...

    def decide(self, event: Event) -> "Reply | Slowed | asyncio.Future[Reply | None] | None":
        """The answer to an event that is not a message; None is the usual positive reply.

        Only that to a password is to be waited for.
        """
        ...

    def deliver(self, message: Message, visitor: Visitor) -> Receipt | Reply | Slowed:
        """Hands a finished transaction in, or says why it is not."""
        ...


class Door(Protocol):
    """A door in that speaks SMTP. Nothing that it does waits, but for a password."""

    def desk(self, ip: str) -> Desk:
        """For a peer at that address, which is empty as long as nobody knows it."""
        ...

    def hesitates(self) -> bool:
        """Whether answers to messages should come slowly."""
        ...

    def welcome(self, ip: str) -> Reply | None:
        """What a peer is told in place of the greeting, before the connection is closed; None greets it."""
        del ip
        return None

    def turned_away(self, ip: str, reply: Reply) -> None:
        """Hears of a connection that was refused or ended for what it is, not for what this door decided.

        Returns at once and never raises.
        """
        del ip, reply


def mailbox(path: Path, hostname: str) -> Address:
    """The address that a path means here."""
    # RFC 5321 §4.5.1: `postmaster` without a domain is ours.
    return Address(path.local, path.domain or hostname)


def transaction(message: Message, visitor: Visitor, hostname: str) -> Transaction:
    """A finished message as it is handed in."""
    sender = message.sender
    return Transaction(
        sender=None if sender is None else Address(sender.local, sender.domain),
        recipients=[mailbox(path, hostname) for path in message.recipients],
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
