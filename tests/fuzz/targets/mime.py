"""The walker: every part lies within the one around it, behind the one before it, and within the limits.

The first octet chooses limits, so that short inputs reach them.
"""

from collections.abc import Iterator
from itertools import pairwise

from mailweir.wire.mime.bodies import bodies_of
from mailweir.wire.mime.fields import FIELD, read_block
from mailweir.wire.mime.headers import scan
from mailweir.wire.mime.shape import DEPTH, PARTS, Part, Shape, content, shape_of

_FIELD_OCTETS = 8 * 1024
_SCANNED = ("from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id")
WORDS = (
    *(b"Content-Type: multipart/mixed; boundary=", b"Content-Type: message/rfc822\r\n\r\n", b"--b", b"--b--"),
    *(b"Content-Type: text/html; charset=", b"multipart/digest", b"multipart/alternative", b"boundary=b"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"x-uue"),
    *(b"Content-Disposition: attachment; filename=", b"filename*=utf-8''a", b"filename*0*=", b"filename*1="),
    *(b"begin 644 x\n", b"\r\n\r\n", b"\n\n", b"\r\n ", b"\r\n\t", b": ", b";", b'"', b"(", b"\\", b"From "),
    *(
        b"=?utf-8?q?",
        b"=?utf-7?b?",
        b"?=",
        b"=3D",
        b"=\r\n",
        b"utf-16",
        b"iso-2022-jp",
        b"Content-ID: <a>\r\n",
    ),
)
_PART = b"--b\r\n%s\r\n\r\n%s\r\n"


def seeds() -> Iterator[bytes]:
    head = b"\xffFrom: a@x.test\r\nSubject: =?utf-8?q?x?=\r\nContent-Type: multipart/%s; boundary=%s\r\n\r\n"
    parts = (
        _PART % (b"Content-Type: text/plain", b"hello"),
        _PART % (b"Content-Type: text/html; charset=iso-8859-1", b"<p>h\xe9"),
        _PART % (b"Content-Type: image/png; name*0*=utf-8''a%20; name*1=b\r\nContent-ID: <a>", b"x"),
        _PART % (b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment", b"aGVsbG8="),
        _PART % (b"Content-Transfer-Encoding: quoted-printable", b"a=\r\nb=C3=A9"),
        _PART % (b"Content-Transfer-Encoding: x-uue", b"begin 644 x\n#86)C\n`\nend"),
        _PART % (b"Content-Type: message/rfc822", b"Subject: in\r\n\r\nbody"),
    )
    yield head % (b"mixed", b"b") + b"preamble\r\n" + b"".join(parts) + b"--b--\r\nepilogue"
    yield head % (b"digest", b'"b"') + parts[0] + parts[6]
    inner = (
        b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\none\r\n--c\r\n\r\ntwo\r\n--c--"
    )
    yield head % (b"mixed", b"b") + b"--b\r\n" + inner + b"\r\n--b--\r\n"
    yield b"\x12" + head[1:] % (b"mixed", b"b") + b"--b\r\n\r\nx\r\n" * 5
    yield b"\x81Content-Type: message/rfc822\r\n\r\n" * 3 + b"Subject: x\r\n\r\ny"


def check(octets: bytes) -> None:
    choice, raw = octets[:1] or b"\xff", octets[1:]
    small = choice[0] < 0xF0
    depth, parts = (choice[0] % 4 + 1, choice[0] // 4 % 8 + 1) if small else (DEPTH, PARTS)
    shape = shape_of(raw, depth=depth, parts=parts)
    check_shape(raw, shape, depth, parts)
    _check_bodies(raw, shape)
    _check_block(raw)


def check_shape(raw: bytes, shape: Shape, depth: int, parts: int) -> None:
    """Where the parts of a message lie."""
    assert 1 <= len(shape.parts) <= parts
    assert (shape.parts[0].parent, shape.parts[0].depth) == (-1, 0)
    for index, part in enumerate(shape.parts):
        assert part.index == index
        assert part.depth < depth
        assert 0 <= part.start <= part.end <= len(raw)
        assert _is_calm(part)
        if index:
            _check_place(shape, part)
    leaves = list(shape.leaves())
    assert leaves
    for before, after in pairwise(leaves):
        assert before.end <= after.start, "an octet is in two leaves"


def _check_place(shape: Shape, part: Part) -> None:
    around = shape.parts[part.parent]
    assert 0 <= part.parent < part.index
    assert part.index in around.children
    assert part.depth == around.depth + 1
    assert around.start <= part.start
    assert part.end <= around.end
    assert around.type.startswith("multipart/") or around.type == "message/rfc822"


def _is_calm(part: Part) -> bool:
    """Names and types are one line of showable text; all of it is text."""
    for text in (part.type, part.name, *part.parameters.parameters.values()):
        assert not any(map(_is_control, text)), text
    for text in (part.name, part.content_id, part.disposition.value, part.encoding):
        text.encode("utf-8")
    return True


def _is_control(letter: str) -> bool:
    return ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0


def _check_bodies(raw: bytes, shape: Shape) -> None:
    bodies = bodies_of(shape)
    sorted_out = [*bodies.plain, *bodies.html, *bodies.attached]
    assert sorted(part.index for part in sorted_out) == [part.index for part in shape.leaves()]
    for part in sorted_out:
        written = raw[part.start : part.end]
        assert len(content(raw, part)) <= 2 * max(len(written), 4096), "it swells"


def _check_block(raw: bytes) -> None:
    """The scan that a door makes, and the reading of the whole block, say the same of each field."""
    block = read_block(raw)
    assert 0 <= block.body <= len(raw)
    scanned = scan(raw)
    for name in _SCANNED:
        first = block.first(name.encode())
        assert scanned.get(name, b"") == first[:_FIELD_OCTETS].strip(), name
    for name, value in block.decoded():
        value.encode("utf-8")
        assert not any(map(_is_control, name + value))
    assert block.fields or FIELD.match(raw) is None
