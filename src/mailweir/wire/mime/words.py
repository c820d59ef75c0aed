"""Header values as text: unfolding (RFC 5322 §2.2.3) and encoded words (RFC 2047).

Never raises, and takes time in proportion to the octets: each pattern has one way to match.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from mailweir.wire.mime.charsets import decode, showable, undeclared

# RFC 2047 §2, more patient than it: words longer than 75, and with spaces in them, are what people send.
# RFC 2231 §5 lets a language follow the charset.
ENCODED_WORD: Final = r"=\?[^?\s]{1,64}+\?[bBqQ]\?[^?]*+\?="
_WORD = re.compile(r"=\?([^?*\s]{1,64}+)(?:\*[^?\s]{0,64}+)?\?([bBqQ])\?([^?]*+)\?=")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_STRAY_LINE_END = re.compile(r"[\r\n]++")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]++")


def decode_text(octets: bytes) -> str:
    """An unstructured field's value (Subject) as one line of text, without control characters."""
    return decode_words(unfold(undeclared(octets)))


def unfold(text: str) -> str:
    """`text` on one line: a fold goes (RFC 5322 §2.2.3), a stray line end becomes a space."""
    if "\n" not in text and "\r" not in text:
        return text
    return _STRAY_LINE_END.sub(" ", _FOLD.sub("", text))


def decode_words(text: str) -> str:
    """`text` with its encoded words read; a word that cannot be read gives what it can."""
    return showable("".join(_pieces(text)) if "=?" in text else text)


def _pieces(text: str) -> Iterator[str]:
    """Plain stretches, and runs of words. A character may be split between two words of one charset."""
    end = 0
    charset, octets = "", bytearray()
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        joined = not between or between.isspace()
        end = word.end()
        # RFC 2047 §6.2: white space between two encoded words is not shown.
        if charset and not (joined and charset == word[1].lower()):
            yield decode(bytes(octets), charset)
            octets.clear()
        if not (charset and joined):
            yield between
        charset = word[1].lower()
        octets += _octets(word[2], word[3])
    if charset:
        yield decode(bytes(octets), charset)
    yield text[end:]


def _octets(encoding: str, text: str) -> bytes:
    payload = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(payload, header=True)  # RFC 2047 §4.2: `_` is a space
    digits = _NO_BASE64.sub(b"", payload)
    if len(digits) % 4 == 1:  # six bits are no octet
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
