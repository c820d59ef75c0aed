"""A whole message to its digest: what a store, a page and the API count on, whatever was sent."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from fuzz.targets import html as html_target
from fuzz.targets import mime as mime_target
from mailweir.adapters.parser_pool.digesting import SNIPPET, digest_of
from mailweir.model.digest import Attachment, Brief, Digest
from mailweir.policy import searched
from mailweir.wire.mime.codes import CODES
from mailweir.wire.mime.links import ACTIONS, LINKS, URL
from mailweir.wire.mime.transfer import decoded

_CORPUS: Final = Path(__file__).parents[2] / "corpora" / "codes"
_READ: Final = msgspec.msgpack.Decoder(Digest)
_REASONS: Final = {"headers", "nesting", "parts", "text length", "html nesting", "html length"}
_SPANNED: Final = 255
WORDS = (
    *mime_target.WORDS,
    *(
        b"Your code is 482913",
        b"https://x.test/verify?token=a1b2c3d4e5f6a7b8",
        b"<a href=",
        b"<img src=cid:a>",
    ),
    *(b"Date: Wed, 25 Nov 2026 10:00:00 +0100\r\n", b"To: B <b@x.test>\r\n", b"Subject: verify\r\n"),
)


def seeds() -> Iterator[bytes]:
    for octets in mime_target.seeds():
        yield octets[1:]
    for path in sorted(_CORPUS.glob("*.mbox")):
        for mail in path.read_bytes().split(b"From set@mailweir.test ")[1:4]:
            yield mail.partition(b"\n")[2][:1500]


def check(octets: bytes) -> None:
    digest = digest_of(octets)
    # A store keeps it in octets, and an index takes no lone surrogate.
    assert _READ.decode(msgspec.msgpack.encode(digest)) == digest
    _check_brief(digest.brief, digest)
    for one in digest.attachments:
        _check_attachment(octets, one)
    for original in digest.originals:
        assert 0 <= original.span.start <= original.span.end <= len(octets)
    for text in (digest.text, *searched.texts(digest, None).values()):
        assert not any(letter in text for letter in "\0\r\x1b\x7f")
    html_target.check_shown(digest.html)


def _check_brief(brief: Brief, digest: Digest) -> None:
    assert brief.state == ("truncated" if brief.reasons else "done")
    assert set(brief.reasons) <= _REASONS
    assert len(brief.snippet) <= SNIPPET
    for line in (brief.subject, brief.snippet, digest.message_id):
        assert len(line.splitlines()) <= 1, "a line of a list"
    assert brief.attachments == tuple(one.md5 for one in digest.attachments)
    assert len(brief.links) == len(set(brief.links)) <= LINKS
    assert all(len(url) <= URL and url.lower().startswith(("http://", "https://")) for url in brief.links)
    assert len(brief.codes) <= CODES
    assert len(brief.actions) <= ACTIONS
    assert {one.url for one in brief.actions} <= set(brief.links)


def _check_attachment(raw: bytes, one: Attachment) -> None:
    """What is handed out later is what the digest speaks of."""
    assert len(one.name) <= _SPANNED
    octets = decoded(raw[one.span.start : one.span.end], one.span.encoding)
    assert one.size == len(octets)
    assert one.sha256 == hashlib.sha256(octets).hexdigest()
