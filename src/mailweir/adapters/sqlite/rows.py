"""Deliveries to rows of `intake.db`, and rows back to summaries."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from mailweir.adapters.sqlite.digest_rows import brief
from mailweir.adapters.sqlite.packing import Body
from mailweir.model.address import Inbox
from mailweir.model.message import Delivery, Peer, QueueId, Recipient, Summary, message_id
from mailweir.wire.mime.headers import scan

SUMMARY = """
    message.queue_id, entry.position, entry.inbox, entry.original, entry.seq,
    message.received, message.size, message.sender, message.meta, digest.brief
"""
"""The columns of a `SummaryRow`, from `entry` joined with its `message` and its `digest`; never `raw`."""

INBOX: Final = 2
"""Which of these columns names the inbox."""

SummaryRow = tuple[str, int, str, str, int, int, int, str | None, bytes, bytes | None]
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


# Lists show mostly what they showed a moment ago. An octet bound is in `_LONG`: a digest may have 64 KiB.
_KNOWN = 4096  # rows
_LONG = 2048  # octets

_encode_meta = msgspec.msgpack.Encoder().encode
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
    queue_id, position, inbox, original, seq, received, size, sender, packed, read = row
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
    )


_known = lru_cache(_KNOWN)(_read)


def peer_ip(packed: bytes) -> str:
    """The address of the peer in a `meta` column."""
    return _decode_meta(packed).ip
