"""What a load is made of: mails that look like mails, each with a token of its own in the subject.

The token is the last word of the decoded subject, by which a list shows which mail is there. Everything
else of a body is made once, so that a mail costs the client little more than its octets.
"""

import base64
import quopri
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fakes.corpus import the_corpus
from fakes.smtp_client import Mail, a_message

_WORDS: Final = (
    "Grüße aus München: Ihre Bestellung ist unterwegs und kommt am Donnerstag. "
    "Your order has left our warehouse and will be with you on Thursday. "
)
_QUOTED: Final = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
_FILE: Final = (
    b'Content-Type: application/pdf; name="invoice.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="invoice.pdf"\r\n'
)
_BEFORE_ROWS: Final = (
    b'<html><body><h1>Order</h1><a href=3D"https://shop.test/confirm?t=3D8f3a">Confirm</a><table>\r\n'
)
_AFTER_ROWS: Final = b"</table></body></html>\r\n"
_ROW: Final = '<tr><td style="padding:4px">Caffè 250 g</td><td>1</td><td>7,90 &euro;</td></tr>'


@dataclass(frozen=True, slots=True)
class Body:
    """`content(token)` is what is to come back, `sent(token)` the same as DATA sends it, end included."""

    name: str
    _head: Callable[[str], bytes]
    _rests: Sequence[tuple[bytes, bytes]]  # as it is, and as it is sent

    def content(self, token: str) -> bytes:
        return self._head(token) + self._rests[self._which(token)][0]

    def sent(self, token: str) -> tuple[bytes, bytes]:
        """Two pieces, so that nobody has to copy the long one."""
        return self._head(token), self._rests[self._which(token)][1]

    def _which(self, token: str) -> int:
        return zlib.crc32(token.encode()) % len(self._rests) if len(self._rests) > 1 else 0


def plain(size: int) -> Body:
    """ASCII text, as `smtp-source` sends it."""
    head = a_message("").partition(b"\r\n\r\n")[0]
    rest = b"To: load@load.test\r\n\r\n" + _filled(size - len(head), b"0123456789" * 7 + b"\r\n")
    return _body("plain", _plain_subject, [rest])


def text(size: int) -> Body:
    """One part, quoted-printable, with encoded words: what a program sends to say one thing."""
    fields = (
        b"To: =?utf-8?q?J=C3=BCrgen?= <load@load.test>\r\nDate: Wed, 25 Nov 2026 10:00:00 +0100\r\n"
        b"Message-ID: <load@origin.test>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"Your code is 482913.=20\r\n"
    )
    line = _quoted(_WORDS)
    return _body("text", _encoded_subject, [fields + _filled(size - len(fields) - 100, line)])


def alternative(size: int) -> Body:
    """Text and HTML of the same, with links and a table: a quarter is text."""

    def build(room: int) -> bytes:
        return _multipart(
            "alternative",
            (_QUOTED % b"plain", _filled(room // 4, _quoted(_WORDS))),
            (_QUOTED % b"html", _BEFORE_ROWS + _filled(room - room // 4, _quoted(_ROW)) + _AFTER_ROWS),
        )

    return _fitted("alternative", size, build)


def attachment(size: int) -> Body:
    """A short text and a file in base64 that takes the rest."""

    def build(room: int) -> bytes:
        octets = b"%PDF-1.7\n" + random.Random(size).randbytes(room * 3 // 4 * 76 // 78)
        return _multipart(
            "mixed",
            (_QUOTED % b"plain", _quoted(_WORDS)),
            (_FILE, base64.encodebytes(octets).replace(b"\n", b"\r\n")),
        )

    return _fitted("attachment", size, build)


def corpus(_size: int = 0) -> Body:
    """Real mail with its own sizes. Its subject is kept beside the token's, in X-Subject."""
    return _body("corpus", _plain_subject, [_renamed(mail) for mail in the_corpus()])


def noisy(size: int) -> Body:
    """Nothing that can be compressed, another one for each token, so that it fills a disk."""

    def head(token: str) -> bytes:
        noise = random.Random(token).randbytes(size // 2).hex()
        lines = "".join(f"{noise[at : at + 76]}\r\n" for at in range(0, len(noise), 76))
        return a_message(token) + lines.encode()

    return _body("noisy", head, [b""])


KINDS: Final[dict[str, Callable[[int], Body]]] = {
    "plain": plain,
    "text": text,
    "alternative": alternative,
    "attachment": attachment,
    "corpus": corpus,
}


def _body(name: str, head: Callable[[str], bytes], rests: Sequence[bytes]) -> Body:
    return Body(name, head, [(rest, Mail([], rest).ending()) for rest in rests])


def _plain_subject(token: str) -> bytes:
    return b"From: sender@origin.test\r\nSubject: %s\r\n" % token.encode()


def _encoded_subject(token: str) -> bytes:
    return (
        b"From: =?utf-8?q?Caf=C3=A9?= <shop@origin.test>\r\nSubject: =?utf-8?q?Best=C3=A4tigung_%s?=\r\n"
        % (token.encode())
    )


def _fitted(name: str, size: int, build: Callable[[int], bytes]) -> Body:
    """`build` is given the room that is left for what is filled."""
    fixed = len(build(0)) + len(_encoded_subject("c1n1"))
    return _body(name, _encoded_subject, [build(max(size - fixed, 0))])


def _multipart(kind: str, *parts: tuple[bytes, bytes]) -> bytes:
    fields = (
        b"To: load@load.test\r\nDate: Wed, 25 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/%s; boundary="=_load"\r\n\r\n' % kind.encode()
    )
    bodies = (b"--=_load\r\n%s\r\n%s" % part for part in parts)
    return b"%s%s--=_load--\r\n" % (fields, b"".join(bodies))


def _quoted(words: str) -> bytes:
    return quopri.encodestring(words.encode()).replace(b"\n", b"\r\n") + b"\r\n"


def _filled(size: int, line: bytes) -> bytes:
    return line * max(round(size / len(line)), 1)


def _renamed(mail: bytes) -> bytes:
    head, blank, rest = mail.partition(b"\r\n\r\n")
    fields = [
        b"X-" + field if field.lower().startswith(b"subject:") else field for field in head.split(b"\r\n")
    ]
    return b"\r\n".join(fields) + blank + rest
