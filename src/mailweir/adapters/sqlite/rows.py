"""Deliveries to rows of `intake.db`, and rows back to summaries."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from mailweir.adapters.sqlite.digest_rows import brief
from mailweir.adapters.sqlite.packing import Body
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.marks import UNMARKED, Folder, Marks
from mailweir.model.message import Delivery, Peer, QueueId, Recipient, Summary, message_id
from mailweir.wire.mime.headers import scan

SUMMARY = """
    message.queue_id, entry.position, entry.inbox, entry.original, entry.seq,
    message.received, message.size, message.sender, message.meta, entry.saved_by, entry.marks, digest.brief
"""
"""The columns of a `SummaryRow`, from `entry` joined with its `message` and its `digest`; never `raw`."""

INBOX: Final = 2
"""Which of these columns names the inbox."""

SAVED_BY: Final = 9
"""And which the account that saved the copy."""

SummaryRow = tuple[
    str, int, str, str, int, int, int, str | None, bytes, AccountName | None, bytes | None, bytes | None
]
MessageColumns = tuple[str, int, int, str | None, int, bytes, int, bytes]


class _Meta(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What no query asks for, in one column. New fields go last and have defaults."""

    ip: str
    port: int
    hello: str
    tls: bool
    via: str
    headers: Mapping[str, bytes]
    flaws: tuple[str, ...]


class _Sorting(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The column `marks`. New fields go last and have defaults."""

    folder: Folder = "inbox"
    labels: tuple[str, ...] = ()
    read: bool | None = None
    claimed: bool = False


# Lists show mostly what they showed a moment ago. An octet bound is in `_LONG`: a digest may have 64 KiB.
_KNOWN = 4096  # rows
_LONG = 2048  # octets

_encode_meta = msgspec.msgpack.Encoder().encode
_decode_sorting = msgspec.msgpack.Decoder(_Sorting).decode
_decode_meta = msgspec.msgpack.Decoder(_Meta).decode


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """A delivery as it will be written: all columns of `message` but the id, and its copies."""

    queue_id: str
    columns: MessageColumns
    copies: tuple[tuple[int, Recipient], ...]


def prepare_rows(delivery: Delivery, body: Body) -> Prepared:
    """All that can be done before the lock is taken. Raises ValueError for text that is not Unicode."""
    copies = tuple(delivery.copies())
    peer = delivery.peer
    headers = scan(delivery.content)
    meta = _Meta(peer.ip, peer.port, peer.hello, peer.tls, peer.via, headers, delivery.flaws)
    columns = (
        delivery.id,
        delivery.received,
        len(copies),
        delivery.sender,
        delivery.size,
        _encode_meta(meta),
        body.encoding,
        body.stored,
    )
    return Prepared(delivery.id, columns, copies)


def summary(row: SummaryRow) -> Summary:
    """The summary that a row of `SUMMARY` holds; the same object again as long as the row is the same."""
    packed = row[-1]
    return _read(row) if packed is not None and len(packed) > _LONG else _known(row)


def _read(row: SummaryRow) -> Summary:
    queue_id, position, inbox, original, seq, received, size, sender, packed, saved_by, marks, read = row
    meta = _decode_meta(packed)
    return Summary(
        message_id(QueueId(queue_id), position),
        Inbox(inbox),
        original,
        seq,
        received,
        size,
        sender,
        Peer(meta.ip, meta.port, meta.hello, meta.tls, meta.via),
        meta.headers,
        meta.flaws,
        brief(read),
        marks_of(saved_by, marks),
    )


_known = lru_cache(_KNOWN)(_read)


def marks_of(saved_by: AccountName | None, packed: bytes | None) -> Marks:
    """What the columns `saved_by` and `marks` hold."""
    if packed is None:
        return UNMARKED if saved_by is None else Marks(saved_by)
    sorting = _decode_sorting(packed)
    return Marks(saved_by, sorting.folder, sorting.labels, sorting.read, sorting.claimed)


def packed_marks(marks: Marks) -> tuple[AccountName | None, bytes]:
    """These columns of a copy with such marks."""
    return marks.saved_by, _encode_meta(_Sorting(marks.folder, marks.labels, marks.read, marks.claimed))


def peer_ip(packed: bytes) -> str:
    """The address of the peer in a `meta` column."""
    return _decode_meta(packed).ip
