"""Receiving mail: whom it may be for, and handing it to the intake with our trace fields on top.

Nothing here waits: a door asks, and `Receipt.kept` completes when a `250` may be said.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Address, Host, Inbox, canonical_domain, host_of
from mailweir.model.message import Delivery, Peer, QueueId, Recipient
from mailweir.model.verdict import Verdict
from mailweir.policy.admission import Hosts
from mailweir.policy.alternates import Alternates
from mailweir.policy.overload import Standing, is_calm, is_put_off
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


def _unknown() -> float:
    return 0.0


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
    memory: Callable[[], float] = _unknown
    """Which share of the memory is used; asked for each recipient."""

    def verdict_on_mail(self) -> Verdict:
        """Whether there is room for a message at all."""
        room = self.intake.room()
        if room is Room.FULL:
            return Verdict.STORE_FULL
        return Verdict.STORE_AWAY if room is Room.BROKEN else Verdict.ACCEPT

    def verdict_on_recipient(self, address: Address, *, known: bool = False) -> Verdict:
        """Whether mail for this address is taken, from a peer that is `known` to have sent some before."""
        if not self._takes(address.domain):
            return Verdict.NOT_OURS
        if is_calm(self.intake.backlog(), self.memory()):
            return Verdict.ACCEPT
        return self.verdict_on_load(self._standing(address.inbox, known=known))

    def verdict_on_load(self, standing: Standing) -> Verdict:
        """Whether mail of that standing is taken now."""
        put_off = is_put_off(standing, self.intake.backlog(), self.memory())
        return Verdict.OVERLOADED if put_off else Verdict.ACCEPT

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

    def _takes(self, domain: str) -> bool:
        hosts = self.hosts
        if hosts.any:
            return True
        host = Host(canonical_domain(domain))
        return hosts.takes(host) or self.directory.holder_of(host) is not None

    def _standing(self, inbox: Inbox, *, known: bool) -> Standing:
        directory = self.directory
        if directory.reserver_of(inbox) is not None:
            return Standing.PRIVATE_ADDRESS
        if directory.owner_of(inbox) is not None:
            return Standing.PRIVATE_DOMAIN
        if directory.holder_of(host_of(inbox)) is not None:
            return Standing.HOSTED
        return Standing.KNOWN if known else Standing.STRANGER

    def _recipient(self, address: Address, capturer: AccountName | None) -> Recipient:
        inbox = self.alternates.inbox(address)
        if capturer is None:
            return Recipient(str(address), inbox)
        return Recipient(str(address), inbox, saver(capturer, self.directory.owner_of(inbox)))
