"""Header values as text (RFC 2047), whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.words import decode_text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"Hello", "Hello"),
        (b"a\r\n b\n\tc", "a b c"),
        (b"a\rb\nc", "a b c"),
        # RFC 2047 §8
        (b"(=?ISO-8859-1?Q?a?=)", "(a)"),
        (b"=?ISO-8859-1?Q?a?= b", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        (b"=?ISO-8859-1?Q?a_b?=", "a b"),
        (b"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        (b"=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?=", "Patrik Fältström"),
        (b"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
        (b"=?utf-8?q?=C3?= =?UTF-8?B?tg==?=", "ö"),  # one character in two words
        (b"=?us-ascii*en?q?lang?=", "lang"),
        (b"=?utf-8?q?hello world?=", "hello world"),
        (b"=?utf-8?b?SGVsbG8?=", "Hello"),
        (b"=?utf-8?b?SGVsbG8*=?=", "Hello"),
        (b"=?utf-8?b?S?=", ""),
        (b"=?utf-8?q?=ZZ=?=", "=ZZ"),
        (b"=?utf-8?q??=", ""),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q?a", "=?utf-8?q?a"),
        (b"=?gb2312?b?xOO6ww==?=", "你好"),
        (b"=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?koi8-r?q?=F0=D2=C9?=", "При"),
        (b"=?windows-1252?q?=80?=", "€"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?utf-8?q?=0d=0aBcc:_x?=", "Bcc: x"),
        (b"a\x00\x07\x1b[31m\x7fb\tc", "a[31mb c"),
        (b"=?utf-8?b?4oCo?=", ""),  # LINE SEPARATOR
        (b"=?utf-7?q?+2AA-?=", ""),  # a lone surrogate
        (b"=?zlib?q?a?=", "a"),
        (b"=?idna?q?a?=", "a"),
        (b"=?undefined?q?a?=", "a"),
        (b"=?unicode_escape?q?=5Cu0041?=", "\\u0041"),
        (b"=?x?q?=ff?=", "\N{REPLACEMENT CHARACTER}"),
        (b"=?utf-32?q?abcd?=", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_value_is_read(octets: bytes, text: str) -> None:
    assert decode_text(octets) == text


@pytest.mark.parametrize(
    "octets",
    [
        b"=?utf-8?q?a?=x" * 28_000,
        b"a " * 200_000,
        b"=?" * 200_000,
        b"=?x?q?" * 60_000,
        b"=?utf-8?b?" + b"A" * 400_000 + b"?=",
        b"=?utf-8?q?" + b"=" * 400_000,
        b"\r\n " * 130_000,
        b"\r" * 400_000,
        b"\xff" * 400_000,
        b"=?utf-8?q?a?= " * 25_000,
        b"=?punycode?q?" + b"a" * 50_000 + b"?=",
    ],
)
def test_hostile_values_are_read_in_linear_time(octets: bytes) -> None:
    assert cpu_seconds(lambda: decode_text(octets)) < LINEAR


WORDS = st.lists(
    st.sampled_from(["=?utf-8?q?", "=?x?b?", "?=", " ", "=", "é", "\r\n ", "a", "=ff", "\0"]), max_size=20
)


@given(st.binary(max_size=200) | WORDS.map(lambda pieces: "".join(pieces).encode()))
@examples(500)
def test_any_octets_give_one_line_of_clean_text(octets: bytes) -> None:
    text = decode_text(octets)
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or 0xD800 <= ord(c) <= 0xDFFF for c in text)
    text.encode()
