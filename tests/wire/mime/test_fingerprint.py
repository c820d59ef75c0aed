"""What a tool's mail has in common, found in mail of any state within bounded work."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.corpus import the_corpus
from mailweir.wire.mime.fingerprint import fingerprint

TEXT = "Dear customer, your account will be closed unless you confirm it within the day, as agreed.\r\n" * 3
PLAIN = f"From: Ann <ann@A.Example.com>\r\nTo: b@thing.test\r\nReply-To: <Boss@Evil.test>\r\n\r\n{TEXT}"


def multipart(boundary: str, text: str, attachment: str) -> bytes:
    return (
        f"From: a@x.test\r\nContent-Type: multipart/mixed;\r\n boundary={boundary}\r\n\r\n"
        f"--{boundary}\r\nContent-Type: multipart/alternative; boundary=in{boundary}\r\n\r\n"
        f"--in{boundary}\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--in{boundary}\r\nContent-Type: text/html\r\n\r\n<p>{boundary}</p>\r\n--in{boundary}--\r\n"
        f"--{boundary}\r\nContent-Type: application/pdf\r\n\r\n{attachment}\r\n--{boundary}--\r\n"
    ).encode()


def test_addresses_are_read_from_the_header_in_lower_case() -> None:
    made = fingerprint(PLAIN.encode())
    assert (made.from_domain, made.reply_to) == ("a.example.com", "boss@evil.test")


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_line_ends_digits_and_wrapping_change_no_text(ends: str) -> None:
    one = fingerprint(PLAIN.replace("\r\n", ends).encode())
    two = fingerprint(PLAIN.replace("customer", "customer 4711").replace("will be", "will\r\nbe").encode())
    assert one.body == two.body != b""
    assert one.shape == two.shape


def test_another_text_is_another() -> None:
    assert fingerprint(PLAIN.encode()).body != fingerprint(PLAIN.replace("closed", "opened").encode()).body


@pytest.mark.parametrize(("octets", "is_there"), [(47, False), (48, True)])
def test_a_short_text_says_nothing(octets: int, is_there: bool) -> None:  # noqa: FBT001
    assert (fingerprint(b"From: a@b.test\r\n\r\n" + b"x" * octets).body != b"") is is_there


def test_the_shape_is_the_order_of_fields_without_those_of_relays() -> None:
    one = fingerprint(PLAIN.encode())
    relayed = "Received: from x by y;\r\n Thu, 1 Jan 1970\r\nX-Spam-Status: No\r\n" + PLAIN
    assert fingerprint(relayed.encode()).shape == one.shape
    assert fingerprint(PLAIN.replace("To:", "X-To:", 1).encode()).shape != one.shape


def test_boundaries_do_not_hide_the_same_text_and_the_same_attachment() -> None:
    one = fingerprint(multipart("abc", TEXT, "JVBERi0x" * 40))
    two = fingerprint(multipart("zzz999", TEXT, "JVBERi0x" * 40))
    assert one.body == two.body != b""
    assert one.attachment == two.attachment != b""
    other = fingerprint(multipart("abc", TEXT.replace("day", "week"), "JVBERi0y" * 40))
    assert other.body != one.body
    assert other.attachment != one.attachment


@given(st.binary(max_size=3_000))
def test_whatever_the_octets_are_it_answers(content: bytes) -> None:
    made = fingerprint(content)
    assert len(made.shape) == 8
    assert len(made.from_domain) <= 255
    assert len(made.reply_to) <= 128 + 1 + 255


@pytest.mark.parametrize(
    "content",
    [
        b"From: " + b"@" * 2_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 200_000,
        b"".join(b"X-%d: y\r\n" % number for number in range(100_000)),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 50_000,
        b"Reply-To: " + b"a" * 500_000 + b"@" + b"b" * 500_000 + b"\r\n\r\n",
    ],
)
def test_hostile_mail_costs_no_more_than_milliseconds(content: bytes) -> None:
    begun = time.perf_counter()
    fingerprint(content)
    assert time.perf_counter() - begun < 0.1


def test_all_of_the_corpus_has_one() -> None:
    shapes = {fingerprint(raw).shape for raw in the_corpus()}
    assert len(shapes) > 500
