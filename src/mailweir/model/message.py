"""Messages: what a door hands in to be kept, and what a list shows of it."""

from collections.abc import Iterator, Mapping
from typing import NewType

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.digest import Brief
from mailweir.model.marks import UNMARKED, Marks

QueueId = NewType("QueueId", str)
"""Names one transaction on one node; letters and digits only, so that `-` can follow it."""

MessageId = NewType("MessageId", str)
"""Names one copy in one inbox: `<queue id>-<recipient index>`."""


class Peer(Struct, frozen=True, gc=False):
    """The remote SMTP host of a transaction. `via` is the address of ours that it reached."""

    ip: str
    port: int
    hello: str = ""
    tls: bool = False
    via: str = ""


class Recipient(Struct, frozen=True, gc=False, omit_defaults=True):
    """One address that was answered 250: as the sender wrote it, and the inbox that it reads into.

    `saved_by` is the account that has the copy saved for itself from its arrival on.
    """

    original: str
    inbox: Inbox
    saved_by: AccountName | None = None


class Delivery(Struct, frozen=True, gc=False):
    """One finished transaction, to be kept for every recipient or for none.

    `received` in milliseconds since the epoch (UTC). `sender` is None for the null path `<>`
    (RFC 5321 §4.5.5). `trace` holds our own header fields, which stand on top of `content`, the
    message as it came. `flaws` names what a strict door would have refused.

    Whatever can be had from these is left to the store, so that a door's loop does not pay for it.
    """

    id: QueueId
    received: int
    sender: str | None
    recipients: tuple[Recipient, ...]
    peer: Peer
    trace: bytes
    content: bytes
    flaws: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The length of `raw` in octets."""
        return len(self.trace) + len(self.content)

    @property
    def raw(self) -> bytes:
        """The whole message; made anew each time."""
        return self.trace + self.content

    def copies(self) -> Iterator[tuple[int, Recipient]]:
        """Index and recipient of each copy to keep: an inbox that is named twice gets one."""
        seen: set[Inbox] = set()
        for index, recipient in enumerate(self.recipients):
            if recipient.inbox not in seen:
                seen.add(recipient.inbox)
                yield index, recipient


class Summary(Struct, frozen=True, gc=False):
    """One kept message as a list shows it.

    `seq` rises in commit order within an inbox (not without gaps). `size` is the length of the
    raw message in octets. `headers` holds the few fields that a list shows, lower-case name to
    undecoded octets. `brief` is what was read out of the message, None as long as it was not.
    `marks` is what people have noted. Other fields as in `Delivery`.
    """

    id: MessageId
    inbox: Inbox
    original: str
    seq: int
    received: int
    size: int
    sender: str | None
    peer: Peer
    headers: Mapping[str, bytes]
    flaws: tuple[str, ...] = ()
    brief: Brief | None = None
    marks: Marks = UNMARKED


def message_id(queue_id: QueueId, index: int) -> MessageId:
    """The id of the copy for recipient number `index`."""
    return MessageId(f"{queue_id}-{index}")


def split_message_id(text: str) -> tuple[QueueId, int] | None:
    """Queue id and recipient index of an id that a client gave; None when it cannot be one of ours."""
    queue_id, dash, index = text.rpartition("-")
    well_formed = queue_id.isascii() and queue_id.isalnum() and len(queue_id) <= 64  # noqa: PLR2004
    if not dash or not well_formed or not index.isascii() or not index.isdigit() or len(index) > 4:  # noqa: PLR2004
        return None
    return QueueId(queue_id), int(index)
