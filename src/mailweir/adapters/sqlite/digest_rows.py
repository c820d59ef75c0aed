"""Digests to rows of `index.db`, and rows back to digests."""

import msgspec

from mailweir.adapters.sqlite.packing import Packer, unpacked
from mailweir.model.digest import Brief, Digest

DigestRow = tuple[int, int, str, bytes, int, int, bytes]
"""All columns of `digest`."""

_encode = msgspec.msgpack.Encoder().encode
_decode_brief = msgspec.msgpack.Decoder(Brief).decode
_decode_digest = msgspec.msgpack.Decoder(Digest).decode


def digest_rows(packer: Packer, digests: list[tuple[int, Digest]]) -> list[DigestRow]:
    """A row for each (message, digest)."""
    full = [_encode(digest) for _, digest in digests]
    packed = packer.pack(full)
    return [
        (
            message,
            digest.rules,
            digest.brief.state,
            _encode(digest.brief),
            body.encoding,
            len(octets),
            body.stored,
        )
        for (message, digest), octets, body in zip(digests, full, packed, strict=True)
    ]


def brief(packed: bytes | None) -> Brief | None:
    """What a row's `brief` holds; None of a message that has no digest yet."""
    return None if packed is None else _decode_brief(packed)


def digest(encoding: int, size: int, stored: bytes) -> Digest:
    """What a row's `full` holds."""
    return _decode_digest(unpacked(encoding, size, stored))
