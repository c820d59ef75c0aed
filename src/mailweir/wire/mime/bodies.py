"""Which parts of a message are its own text, which are its HTML, and which are attachments."""

import re
from dataclasses import dataclass
from typing import Final

from mailweir.wire.mime.charsets import decode, readable, undeclared
from mailweir.wire.mime.shape import Part, Shape
from mailweir.wire.mime.transfer import decoded

BODY_OCTETS: Final = 1024 * 1024
"""What is read of a text, once decoded; people write a hundredth of it."""

_ALTERNATIVE: Final = "multipart/alternative"
# base64 makes four octets of three, quoted-printable up to three and a line end of one.
_LONGEST_ENCODED: Final = 4 * BODY_OCTETS
# HTML Living Standard, "prescan": a document says its charset within its first 1024 octets.
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset[ \t]*+=[ \t]*+["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_PRESCAN: Final = 1024
_NO_CHARSET: Final = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "default"})


@dataclass(frozen=True, slots=True)
class Bodies:
    """The leaves of a message by what they are to a reader, each in the message's order."""

    plain: tuple[Part, ...]
    html: tuple[Part, ...]
    attached: tuple[Part, ...]


def bodies_of(shape: Shape) -> Bodies:
    """Sorts the leaves. What was sent as an attachment is one, whatever its type."""
    plain: list[Part] = []
    html: list[Part] = []
    attached: list[Part] = []
    for part in shape.leaves():
        kind = attached if _is_attached(shape, part) else html if part.type == "text/html" else plain
        kind.append(part)
    return Bodies(tuple(plain), tuple(html), tuple(attached))


def charset_of(raw: bytes, part: Part) -> str:
    """The charset that a text names, in its field or in its own HTML; empty when it names none."""
    named = part.parameters.parameters.get("charset", "").lower()
    if named not in _NO_CHARSET:
        return named
    if part.type == "text/html":
        found = _META_CHARSET.search(_beginning(raw, part, _PRESCAN))
        return found[1].decode("ascii").lower() if found else ""
    return ""


def text_of(octets: bytes, charset: str) -> str:
    """Octets of a text part as lines; `charset` as `charset_of` gives it."""
    return readable(decode(octets, charset) if charset else undeclared(octets))


def body_text(raw: bytes, part: Part) -> tuple[str, bool]:
    """A text part as lines, and whether it is whole."""
    cut = part.end - part.start > _LONGEST_ENCODED
    octets = _beginning(raw, part, _LONGEST_ENCODED)
    cut = cut or len(octets) > BODY_OCTETS
    return text_of(octets[:BODY_OCTETS], charset_of(raw, part)), not cut


def _beginning(raw: bytes, part: Part, length: int) -> bytes:
    return decoded(raw[part.start : min(part.end, part.start + length)], part.encoding)


def _is_attached(shape: Shape, part: Part) -> bool:
    if part.disposition.value == "attachment":
        return True
    alone = part.parent < 0
    if part.type not in {"text/plain", "text/html"}:
        # A multipart whose delimiters are not there is shown as the text that it is.
        return not (part.type.startswith("multipart/") or (alone and part.type.startswith("text/")))
    return bool(part.name) and not alone and shape.parts[part.parent].type != _ALTERNATIVE
