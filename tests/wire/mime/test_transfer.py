"""Transfer encodings are read back, and broken ones give what can be had."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.wire.mime.transfer import decoded


@given(st.binary())
def test_base64_comes_back(octets: bytes) -> None:
    assert decoded(base64.encodebytes(octets), "base64") == octets


@given(st.binary())
def test_quoted_printable_comes_back(octets: bytes) -> None:
    assert decoded(binascii.b2a_qp(octets, istext=False), "quoted-printable") == octets


@given(st.binary(max_size=500))
def test_uuencode_comes_back(octets: bytes) -> None:
    lines = [binascii.b2a_uu(octets[at : at + 45]) for at in range(0, len(octets), 45)]
    encoded = b"begin 644 file.bin\n" + b"".join(lines) + b"`\nend\n"
    assert decoded(encoded, "x-uuencode") == octets


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "", "x-unknown", "base65"])
def test_other_encodings_change_nothing(encoding: str) -> None:
    assert decoded(b"a=3D\xff\r\n", encoding) == b"a=3D\xff\r\n"


@pytest.mark.parametrize(
    ("encoded", "octets"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVs bG8=\r\n", b"hello"),
        (b"a!G\x00V\xffs*bG8", b"hello"),
        (b"aGVsbG8=d29ybGQ=", b"helloworld"),
        (b"aGVsb", b"hel"),
        (b"====", b""),
        (b"", b""),
        (b"=" * 100_000 + b"aGk=", b"hi"),
    ],
)
def test_broken_base64_gives_what_it_can(encoded: bytes, octets: bytes) -> None:
    assert decoded(encoded, "base64") == octets


@given(st.binary(max_size=400), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "uuencode"]))
def test_never_raises(octets: bytes, encoding: str) -> None:
    decoded(octets, encoding)


def test_a_uuencoded_line_may_have_lost_its_blanks() -> None:
    assert decoded(b"begin 644 x\n#86)C\nM\n`\nend\n", "x-uuencode") == b"abc" + bytes(45)


def test_a_uuencoded_text_does_not_swell_to_more_than_a_server_has() -> None:
    octets = b"begin 644 x\n" + b"M\n" * 100_000
    assert len(decoded(octets, "x-uuencode")) <= 2 * len(octets)
