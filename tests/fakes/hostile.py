"""Mail that was written to hurt who reads it: the parser bombs that are known, and mutations of real mail."""

import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

KIB: Final = 1024
HEAD: Final = b"From: a@sender.test\r\nTo: b@thing.test\r\nSubject: bomb\r\n"


def _field(name: bytes, value: bytes) -> bytes:
    return b"Subject: bomb\r\n" + name + b": " + value + b"\r\n\r\nbody\r\n"


def _nested(levels: int, lines: int = 0) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(levels)
    )
    return HEAD + opened + b"\r\n" + b"text\r\n" * lines


def _html(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def _with_image(octets: bytes) -> bytes:
    head = HEAD + b"Content-Type: multipart/related; boundary=b\r\n\r\n"
    html = b"--b\r\nContent-Type: text/html\r\n\r\n<img src=cid:i>\r\n"
    image = b"--b\r\nContent-Type: image/png\r\nContent-ID: <i>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + html + image + b64encode(octets) + b"\r\n--b--\r\n"


PNG_50_000: Final = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x02\x00\x00\x00"
    + bytes(30 * KIB)
)
"""30 KB that declare 50,000 x 50,000 pixels."""


@cache
def bombs() -> dict[str, bytes]:
    """Each by its name, in the order in which they became known."""
    x = b"x" * 200_000
    return {
        "to: commas": _field(b"To", b"," * 50_000),
        "disposition: semicolons": _field(b"Content-Disposition", b"a" + b";" * 50_000),
        "subject: words without end": _field(b"Subject", b"=?utf-8?q?a?=x" * 14_000),
        "subject: 400 KB": _field(b"Subject", b"a " * 200_000),
        "to: dots": _field(b"To", b"a." * 100_000 + b"@b"),
        "to: quoted": _field(b"To", b'"' + b"a " * 100_000 + b'"'),
        "message-id: dots": _field(b"Message-ID", b"<" + b"a." * 100_000 + b">"),
        "to: 8,000 addresses": _field(b"To", b", ".join(b"a%d@b.test" % n for n in range(8000))),
        "type: 4,000 parameters": _field(
            b"Content-Type", b"a/b" + b"".join(b"; p%d=x" % n for n in range(4000))
        ),
        "to: brackets": _field(b"To", b"(" * 500),
        "to: angles": _field(b"To", b"<" * 50_000),
        "multipart: depth 1,500": _nested(1500),
        "multipart: depth 800, 20,000 lines": _nested(800, 20_000),
        "message: depth 3,000": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        "multipart: 60,000 parts": HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\n" * 60_000,
        "type: 2,000 sections": _field(
            b"Content-Type", b"a/b" + b"".join(b"; name*%d=x" % n for n in range(2000))
        ),
        "to: quote": _field(b"To", b'"'),
        "to: no host": _field(b"To", b"a@"),
        **{
            f"charset: {name}": HEAD
            + b"Content-Type: text/plain; charset="
            + name.encode()
            + b"\r\n\r\n\xff+x"
            for name in ("zlib", "idna", "undefined", "utf-7", "x", "base64", "hex", "unicode_escape", "")
        },
        "base64: bad": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"a=*\xff" * 50_000,
        "quoted-printable: bad": HEAD
        + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"=G=" * 60_000,
        "uuencode: bad": HEAD
        + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n"
        + b"Mx\r\n" * 60_000,
        "boundary: empty": HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx',
        "boundary: 1,000": HEAD
        + b"Content-Type: multipart/mixed; boundary="
        + b"b" * 1000
        + b"\r\n\r\n--"
        + b"b" * 1000,
        "boundary: fold": HEAD + b'Content-Type: multipart/mixed; boundary="b\r\n b"\r\n\r\n--b b\r\n\r\nx',
        "header: no colon": b"no colon here\r\n\r\nbody",
        "header: 1 MB": _field(b"X-Long", b"x" * 1_000_000),
        "header: 100,000 fields": b"A: 1\r\n" * 100_000 + b"\r\nbody",
        "no body": HEAD,
        "only NULs": bytes(100_000),
        "content-length lies": _field(b"Content-Length", b"99999999999999999999"),
        "fields twice": HEAD + HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n<b>x",
        "8-bit": _field(b"Subject", bytes(range(0x80, 0x100)) * 100),
        "UTF-16 mark": HEAD
        + b"Content-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfe"
        + b"\x00\xd8" * 1000,
        "lone surrogates": _field(b"Subject", b"=?utf-8?b?7aCA7bCA?= =?utf-16?b?2AA=?= =?utf-7?q?+2AA-?="),
        "date: far": _field(b"Date", b"Wed, 25 Nov 99999 10:00:00 -9999"),
        "html: 50,000 divs": _html(b"<div>" * 50_000),
        "html: 1 MB attribute": _html(b"<p title='" + b"x" * 1_000_000 + b"'>x"),
        "html: tables": _html(b"<table><b><p>" * 3000),
        "html: comments": _html(b"<!--" * 100_000),
        "html: less-than": _html(b"<" * 500_000),
        "html: entities": _html(b"&amp;" * 200_000),
        "html: attributes": _html(b"<a " + b"a b=c " * 100_000),
        "html: links": _html(b'<a href="http://a.test/verify?token=%d">Verify</a>' * 20_000),
        "text: digits": HEAD + b"\r\n" + b"Your code is 1234 " * 30_000,
        "text: urls": HEAD + b"\r\n" + b"http://" * 100_000,
        "image: 50,000 x 50,000": _with_image(PNG_50_000),
        "names: paths": HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(
            b'--b\r\nContent-Disposition: attachment; filename="%s"\r\nContent-ID: <%s>\r\n\r\nx\r\n'
            % (name, name)
            for name in (
                b"../../../etc/passwd",
                b"/etc/passwd",
                b"..\\..\\x",
                b"CON",
                b"\x00",
                b"a" * 4096,
                b"\xe2\x80\xae",
            )
        ),
        "one line": x * 5,
        "one line in a header": b"A:" + x * 5,
    }


def mutations(mails: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` mutations of real mail: octets changed, pieces cut out, doubled, glued and shuffled."""
    chance = random.Random(seed)
    for _ in range(count):
        mail = bytearray(chance.choice(mails)[: 64 * KIB])
        for _ in range(chance.randint(1, 12)):
            _mutate(mail, chance, mails)
        yield bytes(mail)


def _mutate(mail: bytearray, chance: random.Random, mails: Sequence[bytes]) -> None:
    at = chance.randrange(len(mail) + 1)
    end = min(at + chance.choice((1, 1, 2, 8, 64, 512)), len(mail))
    match chance.randrange(6):
        case 0:
            mail[at:end] = chance.randbytes(end - at)
        case 1:
            del mail[at:end]
        case 2:
            mail[at:at] = mail[at:end] * chance.choice((1, 2, 100))
        case 3:
            mail[at:at] = chance.choice(
                (b"\r\n", b"\n", b"\r", b"--", b":", b";", b'"', b"<", b"=?", b"\x00", b"=")
            )
        case 4:
            other = chance.choice(mails)
            place = chance.randrange(len(other) + 1)
            mail[at:end] = other[place : place + 512]
        case _:
            lines = bytes(mail).split(b"\n")
            chance.shuffle(lines[: min(len(lines), 20)])
            mail[:] = b"\n".join(lines)
