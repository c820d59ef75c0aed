"""The scan on the way to 250: what it finds, and that nothing holds it up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.headers import FIELD_OCTETS, scan

TYPICAL = (
    b"Return-Path: <ann@sender.test>\r\n"
    b"Received: from sender.test (sender.test [192.0.2.7])\r\n\tby mx.test; Tue, 24 Nov 2026 10:00 +0000\r\n"
    b"From: Ann <ann@sender.test>\r\nTo: bob@thing.test\r\nSubject: Your code\r\n is 123456\r\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@sender.test>\r\n\r\nSubject: not this\r\n"
)


def test_the_shown_fields_are_found_folded_as_they_are() -> None:
    assert scan(TYPICAL) == {
        "from": b"Ann <ann@sender.test>",
        "to": b"bob@thing.test",
        "subject": b"Your code\r\n is 123456",
        "date": b"Tue, 24 Nov 2026 10:00:00 +0000",
        "message-id": b"<1@sender.test>",
    }


def test_line_feeds_alone_end_lines_too() -> None:
    assert scan(TYPICAL.replace(b"\r\n", b"\n")) == scan(TYPICAL) | {"subject": b"Your code\n is 123456"}


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", {}),
        (b"\r\nSubject: body", {}),
        (b"Just text\r\nSubject: body\r\n", {}),
        (b"Subject: no end", {"subject": b"no end"}),
        (b"Subject:\r\n\r\n", {"subject": b""}),
        (b"SUBJECT : x\nsubject: y\n", {"subject": b"x"}),
        (b"sUbJeCt: x\nMessage-Id: <a>\n", {"subject": b"x", "message-id": b"<a>"}),
        (b"From ann Tue Nov 24\nFrom: a@b\n>From x\nTo: c@d\n", {"from": b"a@b", "to": b"c@d"}),
        (b"X: y\nno colon here\nSubject: body\n", {}),
        (b": empty name\nSubject: x\n", {}),
        (b"X\x00: y\nSubject: x\n", {}),
        (b"Subject: a\x00b\xff\n", {"subject": b"a\x00b\xff"}),
        (b" folded first\nSubject: x\n", {}),
        (b"__proto__: 1\nCc: a\nBcc: b\nReply-To: c\n", {"cc": b"a", "bcc": b"b", "reply-to": b"c"}),
    ],
)
def test_odd_header_blocks_give_what_they_can(raw: bytes, found: dict[str, bytes]) -> None:
    assert scan(raw) == found


def test_fields_octets_and_values_are_bounded() -> None:
    last = b"Subject: x\r\n"
    assert scan(b"X: y\r\n" * 999 + last) == {"subject": b"x"}
    assert scan(b"X: y\r\n" * 1000 + last) == {}
    assert scan(b"Subject: " + b"a" * 400_000)["subject"] == b"a" * (FIELD_OCTETS - 1)
    assert scan(b"X: " + b"y" * 262_144 + b"\r\n" + last) == {}
    assert scan(last + last, limit=9) == {"subject": b""}


@pytest.mark.parametrize(
    "raw",
    [
        b"X: y\n" * 80_000,
        b"X: y\n" + b" \n" * 130_000,
        b"\0" * 400_000,
        b"a" * 400_000,
        b"a" + b" " * 400_000,
        b"From \n" * 60_000,
        b"To: " + b"," * 400_000,
        b"Subject: " + b"=?utf-8?q?a?=x" * 28_000,
    ],
)
def test_hostile_headers_do_not_hold_the_scan_up(raw: bytes) -> None:
    assert cpu_seconds(lambda: scan(raw)) < LINEAR


@given(st.binary(max_size=300) | st.text("SubjectFromTo: \r\n\tx,<>@", max_size=80).map(str.encode))
@examples(500)
def test_no_octets_make_it_raise(raw: bytes) -> None:
    for name, value in scan(raw).items():
        assert name == name.lower()
        assert value in raw
