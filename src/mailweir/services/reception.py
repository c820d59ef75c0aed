"""Receiving mail: whom it may be for, and handing it to the intake with our trace fields on top.

Nothing here waits: a door asks, and `Receipt.kept` completes when a `250` may be said.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Address, Host, canonical_domain
from mailweir.model.message import Delivery, Peer, QueueId, Recipient
from mailweir.model.verdict import Verdict
from mailweir.policy.admission import Hosts
from mailweir.policy.alternates import Alternates
from mailweir.policy.visibility import saver
from mailweir.ports.clock import Clock, Ids
from mailweir.ports.directory import Directory
from mailweir.ports.intake import Intake, Room
from mailweir.wire.smtp.trace import Trace


class Receipt(Struct, frozen=True, gc=False):
    """`kept` completes when the message is kept, or raises UnavailableError."""

    id: QueueId
    kept: Awaitable[None]


class Transaction(Struct, frozen=True, gc=False):
    """One finished transaction as a door hands it in; `protocol` as RFC 3848 names it."""

    sender: Address | None
    recipients: Sequence[Address]
    content: bytes
    peer: Peer
    protocol: str
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reception:
    """The receiver's half of the system. `hostname` is how we name ourselves in trace fields.

    Mail is taken for `hosts`, and for what is an account's.
    """

    intake: Intake
    directory: Directory
    clock: Clock
    ids: Ids
    hosts: Hosts
    alternates: Alternates
    hostname: str

    def verdict_on_mail(self) -> Verdict:
        """Whether there is room for a message at all."""
        room = self.intake.room()
        if room is Room.FULL:
            return Verdict.STORE_FULL
        return Verdict.STORE_AWAY if room is Room.BROKEN else Verdict.ACCEPT

    def verdict_on_recipient(self, domain: str) -> Verdict:
        """Whether mail for an address at this domain is taken."""
        hosts = self.hosts
        if hosts.any:
            return Verdict.ACCEPT
        host = Host(canonical_domain(domain))
        taken = hosts.takes(host) or self.directory.holder_of(host) is not None
        return Verdict.ACCEPT if taken else Verdict.NOT_OURS

    def hesitates(self) -> bool:
        """Whether the store is past its first watermark, so that answers should come slowly."""
        return self.intake.room() is Room.SLOW

    def deliver(self, transaction: Transaction, *, capturer: AccountName | None = None) -> Receipt:
        """Hands the message to the intake for every recipient, or for none.

        What comes into public inboxes is saved for `capturer`.
        """
        queue_id = self.ids.message()
        received = self.clock.now()
        recipients = transaction.recipients
        peer = transaction.peer
        sender = None if transaction.sender is None else str(transaction.sender)
        trace = Trace(
            id=queue_id,
            received=received,
            sender=sender or "",
            recipient=str(recipients[0]) if len(recipients) == 1 else "",
            hello=peer.hello,
            ip=peer.ip,
            by=self.hostname,
            protocol=transaction.protocol,
        )
        delivery = Delivery(
            id=queue_id,
            received=received,
            sender=sender,
            recipients=tuple(self._recipient(address, capturer) for address in recipients),
            peer=peer,
            trace=trace.octets(),
            content=transaction.content,
            flaws=transaction.flaws,
        )
        return Receipt(queue_id, self.intake.deliver(delivery))

    def _recipient(self, address: Address, capturer: AccountName | None) -> Recipient:
        inbox = self.alternates.inbox(address)
        if capturer is None:
            return Recipient(str(address), inbox)
        return Recipient(str(address), inbox, saver(capturer, self.directory.owner_of(inbox)))
