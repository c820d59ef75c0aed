"""Octets to text by the charset that a sender named.

Only charsets of this table are ever looked up: a sender's word never reaches Python's codec registry,
which would import by it, remember it for ever, and knows codecs that are no charsets (zlib, idna).
"""

import re
from typing import Final

_UNICODE = "utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-7"
_OLD_CODE_PAGES = "koi8-r koi8-u cp437 cp850 cp852 cp866 mac-roman"
_EAST_ASIAN = (
    "gb18030 hz big5hkscs euc-jp cp932 iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3"
    " cp949 iso-2022-kr johab"
)
_NAMED = f"{_UNICODE} {_OLD_CODE_PAGES} {_EAST_ASIAN}".split()
_ISO_8859 = [f"iso-8859-{part}" for part in (*range(2, 12), *range(13, 17))]
_WINDOWS = [f"cp{page}" for page in (874, *range(1250, 1259))]

# What senders write is a subset of what they mean: the WHATWG Encoding Standard reads the left as the right.
_MEANT: Final = {
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "utf8": "utf-8",
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "macintosh": "mac-roman", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}  # fmt: skip
_CODECS: Final = (
    {name: name for name in (*_NAMED, *_ISO_8859, *_WINDOWS)}
    | {f"windows-{page[2:]}": page for page in _WINDOWS}
    | _MEANT
)

# C0 and C1, DEL, line and paragraph separators, lone surrogates: nothing that a line of text may hold.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def decode(octets: bytes, charset: str) -> str:
    """`octets` as text; what the charset does not know becomes U+FFFD. Unknown charsets are UTF-8."""
    codec = _CODECS.get(charset.lower(), "utf-8")
    try:
        return octets.decode(codec, "replace")
    except ValueError:  # some decoders (utf-7, utf-32) raise in spite of "replace"
        return octets.decode("ascii", "replace")


def undeclared(octets: bytes) -> str:
    """Octets that name no charset: UTF-8 (RFC 6532 §3.2), or else Latin-1."""
    if octets.isascii():
        return octets.decode("ascii")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def readable(text: str) -> str:
    """`text` of many lines: line ends are LF, and nothing but a tab and they is left of the controls."""
    return _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def showable(text: str) -> str:
    """`text` without control characters, line separators and surrogates; a tab becomes a space."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWABLE.sub("", text.replace("\t", " "))
