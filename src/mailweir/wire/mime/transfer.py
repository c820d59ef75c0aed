"""Content transfer encodings (RFC 2045 §6) read back, giving what can be had of broken ones.

Never raises, and takes time in proportion to the octets.
"""

import binascii
import re
from typing import Final

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET))
_MOST_RUNS = 64  # base64 texts in one body; tools that glue parts together make two or three
_FEW_BLANKS = 4096
_UU_END: Final = frozenset({b"end", b"`"})
_UU_LINE = re.compile(rb"[^\r\n]++")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)?[ \t]++[0-7]{3,4}[ \t]++[^\n]*+\n", re.MULTILINE)

QUOTED_PRINTABLE: Final = "quoted-printable"
BASE64: Final = "base64"
_UUENCODE: Final = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def encodes(encoding: str) -> bool:
    """Whether octets under this encoding (lower case) differ from their content."""
    return encoding in {QUOTED_PRINTABLE, BASE64} or encoding in _UUENCODE


def decoded(octets: bytes, encoding: str) -> bytes:
    """The content of `octets`; unchanged under 7bit, 8bit, binary and what nobody knows."""
    if encoding == BASE64:
        return from_base64(octets)
    if encoding == QUOTED_PRINTABLE:
        return binascii.a2b_qp(octets)
    if encoding in _UUENCODE:
        return _from_uuencode(octets)
    return octets


def from_base64(octets: bytes) -> bytes:
    """RFC 2045 §6.8: passes over what is not of the alphabet, and goes on behind padding."""
    if octets.find(b"=", 0, len(octets.rstrip(b"=\r\n \t"))) < 0:
        try:
            return binascii.a2b_base64(octets)  # passes over line ends by itself
        except binascii.Error:
            pass  # a few digits are missing
    digits = octets.translate(None, _NOT_BASE64)
    runs = [run for run in digits.split(b"=", _MOST_RUNS) if run]
    if runs and b"=" in runs[-1]:
        runs[-1] = runs[-1].replace(b"=", b"")
    return b"".join(map(_whole_octets, runs))


def _whole_octets(run: bytes) -> bytes:
    if len(run) % 4 == 1:  # six bits are no octet
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _from_uuencode(octets: bytes) -> bytes:
    """Lines may lack the blanks at their ends, but not so many that the content is twice as long as they."""
    begin = _UU_BEGIN.search(octets)
    pieces: list[bytes] = []
    blanks = max(len(octets), _FEW_BLANKS)
    for found in _UU_LINE.finditer(octets, begin.end() if begin else 0):
        line = found[0]
        if line.strip() in _UU_END:
            break
        try:
            piece = binascii.a2b_uu(line)
        except binascii.Error:  # trailing rubbish: the first octet says how long a line is
            needed = ((line[0] - 32) & 63) * 4 // 3 + 3
            piece = _uu_line(line[: needed + 1])
        if len(piece) > len(line):
            blanks -= len(piece) - len(line)
            if blanks < 0:
                break
        pieces.append(piece)
    return b"".join(pieces)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""
