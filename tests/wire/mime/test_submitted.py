"""What a program hands over is completed and told apart from its envelope, and else left as it was."""

import contextlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.fields import HEADER_FIELDS, HEADER_OCTETS
from mailweir.wire.mime.submitted import LIST_OCTETS, RECIPIENTS, Submitted, UnfitError, mailboxes

MISSING = {"From": "me@here.test", "Date": "today", "Message-ID": "<1@here.test>"}
ADDED = b"From: me@here.test\r\nDate: today\r\nMessage-ID: <1@here.test>\r\n"
WHOLE = b"FROM: a@x.test\ndate: then\nmessage-id: <2@x.test>\n"


def sent(octets: bytes) -> bytes:
    return Submitted.read(octets).octets(MISSING)


def recipients(octets: bytes) -> list[str]:
    return Submitted.read(octets).recipients("here.test")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", ADDED + b"\r\n"),
        (b"\n", ADDED + b"\r\n"),
        (b"hello\n", ADDED + b"\r\nhello\r\n"),
        (b"hello", ADDED + b"\r\nhello\r\n"),
        (b"\nSubject: none\n", ADDED + b"\r\nSubject: none\r\n"),
        (b"Subject: s\n\nhello\n", b"Subject: s\r\n" + ADDED + b"\r\nhello\r\n"),
        (b"Subject: s\r\n\r\nhello\r\n", b"Subject: s\r\n" + ADDED + b"\r\nhello\r\n"),
        (b"Subject: s\n\n\n\nhello\n", b"Subject: s\r\n" + ADDED + b"\r\n\r\n\r\nhello\r\n"),
        (b"Subject: s\nno field\n", b"Subject: s\r\n" + ADDED + b"\r\nno field\r\n"),
        (b"Subject: s", b"Subject: s\r\n" + ADDED + b"\r\n"),
        (b"From me Mon Jan 1\nSubject: s\n\nx\n", b"Subject: s\r\n" + ADDED + b"\r\nx\r\n"),
        (b"Subject: a\n b\n\tc\n\nx\n", b"Subject: a\r\n b\r\n\tc\r\n" + ADDED + b"\r\nx\r\n"),
        (WHOLE + b"\nx\n", WHOLE.replace(b"\n", b"\r\n") + b"\r\nx\r\n"),
        (b"Bcc: a@x.test,\n b@x.test\nSubject: s\n\nBcc: x\n", b"Subject: s\r\n" + ADDED + b"\r\nBcc: x\r\n"),
        (b"resent-BCC : a@x.test\nBCC:\n\nx\n", ADDED + b"\r\nx\r\n"),
    ],
)
def test_a_message_is_completed_and_its_hidden_recipients_go(octets: bytes, expected: bytes) -> None:
    assert sent(octets) == expected


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"To: a@x.test\n\nTo: b@x.test\n", ["a@x.test"]),
        (b"TO:a@x.test\ncc : b@x.test\nBcC: c@x.test\n", ["a@x.test", "b@x.test", "c@x.test"]),
        (b"To: A <a@x.test>,\n\tb@x.test (B),\r\n c@x.test\n", ["a@x.test", "b@x.test", "c@x.test"]),
        (b"To: Team: a@x.test, B <b@x.test>;, c@x.test\n", ["a@x.test", "b@x.test", "c@x.test"]),
        (b"To: undisclosed-recipients:;\nCc:\n", []),
        (b"To: root, Bob <bob>\n", ["root@here.test", "bob@here.test"]),
        (b'To: "a b"@x.test, "a, b" <c@x.test>, "d@e"\n', ['"a b"@x.test', "c@x.test", '"d@e"@here.test']),
        ("To: Jörg <jörg@bücher.test>\n".encode(), ["jörg@bücher.test"]),
        (b"To: =?utf-8?q?evil=40y.test=2C?= <a@x.test>\n", ["a@x.test"]),
        (b"To: a@x.test\nTo: b@x.test\n", ["a@x.test", "b@x.test"]),
        (b"Resent-To: c@x.test\nResent-From: a@x.test\nTo: a@x.test\nBcc: b@x.test\n", ["c@x.test"]),
        (b"X-To: a@x.test\nReply-To: b@x.test\nFrom: c@x.test\n", []),
        (b"no header\nTo: a@x.test\n", []),
        (b"", []),
    ],
)
def test_recipients_are_those_of_the_header(octets: bytes, expected: list[str]) -> None:
    assert recipients(octets) == expected


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"To: Bob Builder\n", "'Bob Builder' is no address"),
        (b"To: a@b@c.test\n", "is no address"),
        (b"To: @x.test\n", "is no address"),
        (b"To: a@\n", "is no address"),
        (b"To: a@x.test\0\n", "control character '\\x00'"),
        ("To: a\u2028b@x.test\n".encode(), "control character '\\u2028'"),
        (b"To: a\xc2\x85b@x.test\n", "control character '\\x85'"),
        (b"To: a@x.test\rRCPT TO:<b@x.test>\n", "control character '\\r'"),
    ],
)
def test_what_is_no_recipient_is_refused(octets: bytes, sentence: str) -> None:
    with pytest.raises(UnfitError, match=re.escape(sentence)):
        recipients(octets)


def test_who_needs_to_know_of_utf8_in_the_header() -> None:
    headers = ["Subject: é\n\nx".encode(), b"Subject: e\n\n\xc3\xa9", b"Subject: \xe9\n\nx", b""]
    assert [Submitted.read(octets).utf8_header for octets in headers] == [True, False, False, False]


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_header_has_as_many_fields_as_are_read_of_one(more: int) -> None:
    octets = b"X: y\n" * (HEADER_FIELDS + more)
    if more <= 0:
        assert len(Submitted.read(octets).fields) == HEADER_FIELDS + more
    else:
        with pytest.raises(UnfitError, match="1,000 fields"):
            Submitted.read(octets)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_header_is_as_long_as_what_is_read_of_one(more: int) -> None:
    octets = b"X: ".ljust(HEADER_OCTETS + more - 2, b"y") + b"\n\nbody\n"
    if more <= 0:
        assert Submitted.read(octets).body == b"body\r\n"
    else:
        with pytest.raises(UnfitError, match="262,144 octets"):
            Submitted.read(octets)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_list_is_as_long_as_what_is_read_of_one(more: int) -> None:
    octets = b"last@x.test".rjust(LIST_OCTETS + more)
    if more <= 0:
        assert mailboxes(octets, "here.test") == ["last@x.test"]
    else:
        with pytest.raises(UnfitError, match="65,536 octets"):
            mailboxes(octets, "here.test")


def test_one_recipient_too_many_is_seen() -> None:
    found = mailboxes(b",".join(b"u%d" % number for number in range(RECIPIENTS + 9)), "here.test")
    assert len(found) == RECIPIENTS + 1


@pytest.mark.parametrize("octets", [b"To:" + b"<" * 60_000, b"To:" + b"(" * 60_000, b"To:" + b'"\\' * 30_000])
def test_hostile_lists_take_time_in_proportion(octets: bytes) -> None:
    def read() -> None:
        with contextlib.suppress(UnfitError):
            recipients(octets)

    assert cpu_seconds(read) < LINEAR


def lines(octets: bytes) -> list[bytes]:
    return re.sub(rb"\r?\n\Z", b"", octets).split(b"\n")


@examples(300)
@given(st.binary(max_size=300), st.sampled_from([b"\n", b"\r\n"]))
@example(b".\n..\n.", b"\n")
@example(b"a\r\r\nb\rc\r", b"\r\n")
def test_a_body_comes_through_octet_for_octet_apart_from_its_line_ends(body: bytes, end: bytes) -> None:
    got = Submitted.read(b"Subject: s" + end + end + body).body
    assert b"\n" not in got.replace(b"\r\n", b"")
    unified = body.replace(b"\r\n", b"\n")
    assert got.replace(b"\r\n", b"\n") == unified + (b"" if not unified or unified.endswith(b"\n") else b"\n")


@examples(300)
@given(
    st.lists(
        st.sampled_from([b"To: a@x.test", b"Bcc: ", b" x", b"\n", b"\r\n", b"From x", b"\xff", b":", b"y"])
    )
)
def test_whatever_comes_is_sent_or_refused_by_a_sentence(pieces: list[bytes]) -> None:
    message = Submitted.read(b"".join(pieces))
    again = Submitted.read(message.octets(MISSING))
    assert again.octets(MISSING) == message.octets(MISSING)
    with contextlib.suppress(UnfitError):
        assert all("@" in one for one in message.recipients("here.test"))
