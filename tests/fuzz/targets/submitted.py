"""A message that a program hands over: what is sent hides whom it has to, and no address ends its line."""

import re
from collections.abc import Iterator
from contextlib import suppress

from mailweir.wire.mime.submitted import Submitted, UnfitError

WORDS = (
    *(b"To:", b"Cc: ", b"Bcc: ", b"Resent-To: ", b"Resent-Bcc:", b"From me", b"From: ", b"Subject: s"),
    *(
        b"a@x.test",
        b"root",
        b"<b@x.test>",
        b'"a b"',
        b"Team: ",
        b";",
        b",",
        b"@",
        b">",
        b"(",
        b")",
        b"\\",
        b'"',
    ),
    *(b"\n", b"\r\n", b"\n\n", b"\r", b"\n ", b"\0", b"\xc3\xa9", b"\xe9", b"\xe2\x80\xa8", b".\n"),
)
MISSING = {"From": "me@here.test", "Date": "today", "Message-ID": "<1@here.test>"}

# What may stand between the angle brackets of a line of SMTP: one @ outside of quotes, and a host behind it.
_PATH = re.compile(r'("([^"\\]|\\.)*"|[^\s"<>@]+)@[^\s"<>@]+')
_HIDDEN = re.compile(rb"(?im)^(?:resent-)?bcc[ \t]*:")


def seeds() -> Iterator[bytes]:
    yield b"To: A <a@x.test>, root\nBcc: b@x.test\nSubject: s\n\nBcc: text\n"
    yield b"Resent-To: Team: a@x.test, b@x.test;\r\nTo: c@x.test\r\n\r\n.\r\n"
    yield b"hello\n"
    yield b'From me\nCc: "a b" <c@x.test> (C)\nX: \xc3\xa9\n\n'


def check(octets: bytes) -> None:
    with suppress(UnfitError):
        message = Submitted.read(octets)
        _check_sent(octets, message, message.octets(MISSING))
        for path in message.recipients("here.test"):
            assert _PATH.fullmatch(path), path


def _check_sent(octets: bytes, message: Submitted, sent: bytes) -> None:
    assert b"\n" not in sent.replace(b"\r\n", b"")
    header, body = sent[: len(sent) - len(message.body)], message.body
    assert header.endswith(b"\r\n\r\n")
    assert _HIDDEN.search(header) is None
    assert sent.endswith(body)
    unified = octets.replace(b"\r\n", b"\n")
    kept = body.replace(b"\r\n", b"\n")
    assert unified.endswith(kept) or (unified + b"\n").endswith(kept)
    assert Submitted.read(sent).octets(MISSING) == sent
