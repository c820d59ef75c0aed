"""What is read out of a message, and that nothing a sender writes keeps it from being read."""

import msgspec
import pytest

from fakes.effort import cpu_seconds
from fakes.hostile import bombs, mutations
from mailweir.adapters.parser_pool.digesting import SNIPPET, digest_of, snippet_of
from mailweir.model.digest import Code, Digest, Mailbox

RICH = (
    b"From: =?utf-8?q?J=C3=B6rg?= <j@sender.test>\r\nTo: Bob <bob@thing.test>\r\nTo: Eve <eve@thing.test>\r\n"
    b"Cc: c@thing.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@sender.test>\r\nX-A: 1\r\nX-A: 2\r\n"
    b"Content-Type: multipart/mixed; boundary=out\r\n\r\n"
    b"--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
    b"--in\r\nContent-Type: text/plain\r\n\r\nYour verification code is 482913.\r\n\r\n"
    b"--in\r\nContent-Type: text/html\r\n\r\n<p>Your verification code is <b>482913</b>."
    b'<a href="https://app.test/x">x</a><script>y</script></p>\r\n--in--\r\n'
    b"--out\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment\r\nContent-ID: <cid@x>\r\n\r\naGVsbG8=\r\n--out--\r\n"
)
MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592"


def test_everything_of_a_message_is_read() -> None:
    digest = digest_of(RICH)
    brief = digest.brief
    assert (brief.state, brief.reasons, brief.subject) == ("done", (), "Grüße")
    assert brief.sender == (Mailbox("Jörg", "j@sender.test"),)
    assert brief.to == (Mailbox("Bob", "bob@thing.test"), Mailbox("Eve", "eve@thing.test"))
    assert brief.cc == (Mailbox("", "c@thing.test"),)
    assert brief.bcc == ()
    assert brief.snippet == "Your verification code is 482913."
    assert brief.links == ("https://app.test/x",)
    assert [code.value for code in brief.codes] == ["482913"]
    assert isinstance(brief.codes[0], Code)
    assert brief.attachments == (MD5_OF_HELLO,)
    assert digest.date == 1_795_600_800_000
    assert digest.message_id == "<1@sender.test>"
    assert digest.text == "Your verification code is 482913.\n"
    assert "<b>482913</b>" in digest.html
    assert "script" not in digest.html
    assert [name for name, _ in digest.headers][-3:] == ["X-A", "X-A", "Content-Type"]
    assert digest.shape == "multipart/mixed(multipart/alternative(text/plain, text/html), application/pdf)"


def test_an_attachment_is_told_by_all_that_identifies_it() -> None:
    (attachment,) = digest_of(RICH).attachments
    assert attachment.md5 == MD5_OF_HELLO
    assert attachment.sha256.startswith("2cf24dba5fb0a30e")
    assert (attachment.name, attachment.content_id, attachment.type) == ("a.pdf", "cid@x", "application/pdf")
    assert (attachment.size, attachment.span.encoding) == (5, "base64")
    assert RICH[attachment.span.start : attachment.span.end] == b"aGVsbG8="


def test_a_message_without_text_is_read_from_its_html() -> None:
    digest = digest_of(b"Content-Type: text/html\r\n\r\n<h1>Hello</h1><p>you</p>")
    assert digest.text == "Hello\n\nyou"
    assert digest.brief.snippet == "Hello you"


def test_white_space_is_no_text() -> None:
    raw = (
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n \r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Hello\r\n--b--\r\n"
    )
    assert digest_of(raw).text == "Hello"


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_a_snippet_is_one_line(surplus: int) -> None:
    text = "x" * (SNIPPET + surplus)
    assert snippet_of(text) == (text if surplus <= 0 else "x" * (SNIPPET - 1) + "…")
    assert snippet_of(" a\n\tb  c\n") == "a b c"
    assert snippet_of("") == ""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"A: 1\r\n" * 1001 + b"\r\nx", "headers"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 1001, "parts"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 60, "nesting"),
        (b"\r\n" + b"x" * (1024 * 1024 + 1), "text length"),
        (b"Content-Type: text/html\r\n\r\n" + b"<div>" * 201, "html nesting"),
    ],
)
def test_what_goes_too_far_is_cut_and_named(raw: bytes, reason: str) -> None:
    brief = digest_of(raw).brief
    assert (brief.state, brief.reasons) == ("truncated", (reason,))


def assert_sound(digest: Digest) -> None:
    """It can be stored and shown, and lists do not grow with what a sender writes."""
    octets = msgspec.msgpack.encode(digest)
    assert msgspec.msgpack.decode(octets, type=Digest) == digest
    assert digest.brief.state in {"done", "truncated"}
    assert len(msgspec.msgpack.encode(digest.brief)) < 512 * 1024
    assert all(len(one.name) <= 255 and "\n" not in one.name for one in digest.attachments)
    assert "<script" not in digest.html.lower()


@pytest.mark.parametrize("name", list(bombs()))
def test_a_bomb_is_read_in_time(name: str) -> None:
    raw = bombs()[name]
    found: list[Digest] = []
    assert cpu_seconds(lambda: found.append(digest_of(raw))) < 5.0
    assert_sound(found[0])


def test_mutated_messages_are_read_without_an_exception() -> None:
    mails = [RICH, *bombs().values()]
    for raw in mutations(mails, 300, seed=3):
        assert_sound(digest_of(raw))
