"""Which parts are the text that a person reads, and which are attachments."""

import pytest

from mailweir.wire.mime.bodies import BODY_OCTETS, bodies_of, body_text, charset_of, text_of
from mailweir.wire.mime.shape import shape_of


def sorted_types(raw: bytes) -> tuple[list[str], list[str], list[str]]:
    bodies = bodies_of(shape_of(raw))
    plain, html, attached = (
        [part.type for part in kind] for kind in (bodies.plain, bodies.html, bodies.attached)
    )
    return plain, html, attached


def a_mail(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = b"Content-Type: multipart/%s; boundary=b\r\n\r\n" % kind
    return head + b"".join(b"--b\r\n%s\r\n" % part for part in parts) + b"--b--\r\n"


TEXT = b"Content-Type: text/plain\r\n\r\nhello"
HTML = b"Content-Type: text/html\r\n\r\n<p>"
NAMED = b'Content-Type: text/plain; name="x.txt"\r\n\r\nhello'


@pytest.mark.parametrize(
    ("raw", "plain", "html", "attached"),
    [
        (TEXT, 1, 0, 0),
        (HTML, 0, 1, 0),
        (NAMED, 1, 0, 0),
        (b"Content-Type: text/calendar\r\n\r\nx", 1, 0, 0),
        (b"Content-Type: application/pdf\r\n\r\nx", 0, 0, 1),
        (b"Content-Disposition: attachment\r\n\r\nx", 0, 0, 1),
        (a_mail(TEXT, HTML, kind=b"alternative"), 1, 1, 0),
        (a_mail(NAMED, HTML, kind=b"alternative"), 1, 1, 0),
        (a_mail(TEXT, TEXT), 2, 0, 0),
        (a_mail(TEXT, NAMED), 1, 0, 1),
        (a_mail(TEXT, b"Content-Disposition: inline; filename=a\r\n\r\nx"), 1, 0, 1),
        (a_mail(TEXT, b"Content-Type: text/csv\r\n\r\nx"), 1, 0, 1),
        (a_mail(TEXT, b"Content-Type: message/rfc822\r\n\r\n" + HTML), 1, 0, 1),
        (b"Content-Type: multipart/mixed\r\n\r\nhello", 1, 0, 0),
    ],
)
def test_parts_are_sorted_by_what_they_are_to_a_reader(
    raw: bytes, plain: int, html: int, attached: int
) -> None:
    assert tuple(map(len, sorted_types(raw))) == (plain, html, attached)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\r\ngr\xc3\xbc\xc3\x9fe", "grüße"),
        (b"\r\ngr\xfc\xdfe", "grüße"),
        (b"Content-Type: text/plain; charset=iso-8859-2\r\n\r\n\xb3", "ł"),
        (b"Content-Type: text/plain; charset=us-ascii\r\n\r\n\xc3\xbc", "ü"),
        (b'Content-Type: text/html\r\n\r\n<meta charset="koi8-r">\xd0', '<meta charset="koi8-r">п'),
        (
            b"Content-Type: text/html; charset=utf-8\r\n\r\n<meta charset=koi8-r>\xc3\xbc",
            "<meta charset=koi8-r>ü",
        ),
        (b"Content-Type: text/plain; charset=zlib\r\n\r\nx\xff", "x\ufffd"),
        (b"\r\na\x00b\x1b[31m\tc\r\nd\re", "ab[31m\tc\nd\ne"),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGk=", "hi"),
    ],
)
def test_a_text_is_read_by_its_charset_or_else_as_it_looks(raw: bytes, text: str) -> None:
    (part,) = shape_of(raw).parts
    assert body_text(raw, part) == (text, True)


@pytest.mark.parametrize("surplus", [-1, 0, 1])
@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable"])
def test_of_too_long_a_text_the_beginning_is_read(surplus: int, encoding: str) -> None:
    raw = b"Content-Transfer-Encoding: %s\r\n\r\n" % encoding.encode() + b"x" * (BODY_OCTETS + surplus)
    (part,) = shape_of(raw).parts
    text, whole = body_text(raw, part)
    assert len(text) == BODY_OCTETS + min(surplus, 0)
    assert whole == (surplus <= 0)


def test_what_names_no_charset_is_told_by_an_empty_name() -> None:
    (part,) = shape_of(b"\r\nx").parts
    assert charset_of(b"\r\nx", part) == ""
    assert text_of(b"\xe4", "") == "ä"
