"""What one tool's mail has in common, whoever the sender of each message claims to be.

A flood of unique senders (outage A) still has something that stays: where answers are to go, the order of
the header fields that its tool writes, the text, the attachment. Only so much is looked at as bounds the
work; what is found is compared and never shown.
"""

import re
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from mailweir.wire.mime.fields import FIELD

_HEAD: Final = 32 * 1024  # octets of the header block that are looked at
_TEXT: Final = 4 * 1024  # octets of a text, and of an attachment
_SHORT: Final = 48  # octets that a text has to have: "Hello" and "test" say nothing of who sends it
_SEARCHED: Final = 1024 * 1024  # octets in which the end of a part is looked for
_DEPTH: Final = 4  # multiparts inside one another
_LONGEST: Final = 320  # octets of an address

# Fields that those who pass mail on put in front, so that they say nothing of who has made it.
_TRANSPORT: Final = frozenset(
    {
        *(b"received", b"return-path", b"delivered-to", b"x-original-to", b"envelope-to", b"x-received"),
        *(b"authentication-results", b"received-spf", b"arc-seal", b"arc-message-signature"),
        *(b"arc-authentication-results", b"x-spam-status", b"x-spam-level", b"x-spam-checker-version"),
    }
)
_BOUNDARY: Final = re.compile(rb'boundary[ \t]*=[ \t]*"?([^"\r\n;]{1,200})', re.IGNORECASE)
_ADDRESS: Final = re.compile(rb'([^\s<>()@,;:"]{1,128})@([^\s<>()@,;"]{1,255})')
_END_OF_HEAD: Final = re.compile(rb"\n\r?\n")
_FOLDED: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_PASSED_OVER: Final = b"0123456789 \t\r\n"


class Fingerprint(Struct, frozen=True, gc=False):
    """`shape`, `body` and `attachment` are 8 octets; empty for what is missing, or too short to say anything.

    `from_domain` and `reply_to` are lower case, as the header has them; empty for none.
    """

    shape: bytes
    body: bytes
    attachment: bytes
    from_domain: str
    reply_to: str


def fingerprint(content: bytes) -> Fingerprint:
    """Of a message in any state; never raises."""
    end, body = _head(content, 0)
    fields = FIELD.findall(content[:end].translate(_FOLDED))
    values = dict(fields)
    kind = values.get(b"content-type", b"").strip()
    made = [name for name, _ in fields if name not in _TRANSPORT]
    text, attachment = _parts(content, end, body, multipart=kind.startswith(b"multipart"))
    return Fingerprint(
        _hash(b"\n".join((*made, kind.partition(b";")[0]))),
        _skeleton(text),
        _hash(attachment) if len(attachment) >= _SHORT else b"",
        _address(values.get(b"from", b""))[1],
        "@".join(_address(values.get(b"reply-to", b""))).strip("@"),
    )


def _head(content: bytes, start: int) -> tuple[int, int]:
    """Where a header block ends, and where the body behind it begins."""
    limit = start + _HEAD
    blank = _END_OF_HEAD.search(content, max(start - 1, 0), limit)
    return (min(len(content), limit), len(content)) if blank is None else (blank.start() + 1, blank.end())


def _parts(content: bytes, end: int, body: int, *, multipart: bool) -> tuple[bytes, bytes]:
    """The beginnings of the first text, and of the part behind it at the outermost level."""
    start, attachment = 0, b""
    for depth in range(_DEPTH):
        boundary = _BOUNDARY.search(content, start, end) if multipart else None
        if boundary is None:
            break
        delimiter = b"--" + boundary[1].strip()
        first = content.find(delimiter, body, body + _SEARCHED)
        if first < 0:
            break
        second = content.find(delimiter, first + len(delimiter), first + _SEARCHED)
        if depth == 0 and second >= 0:
            attachment = _beginning(content, second, delimiter)
        start = content.find(b"\n", first, first + _HEAD) + 1
        end, body = _head(content, start)
        multipart = b"multipart" in content[start:end].translate(_FOLDED)
    stop = content.find(b"\n--", body, body + _TEXT) if start else -1
    return content[body : stop if stop >= 0 else body + _TEXT], attachment


def _beginning(content: bytes, at: int, delimiter: bytes) -> bytes:
    """The first octets of the body of the part behind the delimiter that stands there."""
    start = content.find(b"\n", at, at + _HEAD) + 1
    body = _head(content, start)[1] if start else len(content)
    stop = content.find(b"\n" + delimiter, body, body + _TEXT)
    return content[body : stop if stop >= 0 else body + _TEXT]


def _skeleton(text: bytes) -> bytes:
    """A text without digits and white space, which codes, dates and wrapping change."""
    bare = text.translate(_FOLDED, _PASSED_OVER)
    return _hash(bare) if len(bare) >= _SHORT else b""


def _address(value: bytes) -> tuple[str, str]:
    """Local part and domain of the last address in a field."""
    at = value.rfind(b"@", 0, _LONGEST * 4)
    match = None if at < 0 else _ADDRESS.search(value, max(at - 128, 0))
    return ("", "") if match is None else (match[1].decode("latin-1"), match[2].decode("latin-1"))


def _hash(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=8).digest()
