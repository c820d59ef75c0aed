"""The shape of a message: its parts, where they lie, and what was left out of one that goes too far."""

import email
from email import policy
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from mailweir.wire.mime.shape import DEPTH, PARTS, Shape, content, shape_of


def types(shape: Shape) -> list[str]:
    return [part.type for part in shape.parts]


def contents(raw: bytes) -> list[bytes]:
    return [content(raw, part) for part in shape_of(raw).leaves()]


def a_multipart(boundary: bytes, *parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
    return head + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def test_a_message_without_mime_is_one_text() -> None:
    raw = b"Subject: x\r\n\r\nhello\r\n"
    assert types(shape_of(raw)) == ["text/plain"]
    assert contents(raw) == [b"hello\r\n"]


def test_parts_come_in_their_order_without_the_line_end_before_the_delimiter() -> None:
    raw = a_multipart(b"b", b"\r\none", b"Content-Type: text/html\r\n\r\n<p>\r\n", b"\r\n")
    shape = shape_of(raw)
    assert types(shape) == ["multipart/mixed", "text/plain", "text/html", "text/plain"]
    assert [part.parent for part in shape.parts] == [-1, 0, 0, 0]
    assert [part.depth for part in shape.parts] == [0, 1, 1, 1]
    assert contents(raw) == [b"one", b"<p>\r\n", b""]
    assert shape.limit == ""


def test_preamble_and_epilogue_are_no_parts() -> None:
    raw = (
        a_multipart(b"b", b"\r\none").replace(b"\r\n\r\n--b", b"\r\n\r\npreamble\r\n--b", 1)
        + b"epilogue\r\n--b\r\n"
    )
    assert contents(raw) == [b"one"]


def test_lines_may_end_in_lf_and_delimiters_in_white_space() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none\n--b\t\n\ntwo\n--b-- \n"
    assert contents(raw) == [b"one", b"two"]


def test_a_multipart_that_never_ends_ends_with_the_message() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo"
    assert contents(raw) == [b"one", b"two"]


def test_an_outer_delimiter_ends_what_is_open_within() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\none"
    raw = a_multipart(b"out", inner, b"\r\ntwo")
    shape = shape_of(raw)
    assert [part.parent for part in shape.parts] == [-1, 0, 1, 0]
    assert contents(raw) == [b"one", b"two"]


def test_the_outer_of_two_equal_boundaries_is_meant() -> None:
    raw = a_multipart(b"b", a_multipart(b"b", b"\r\none"))
    assert contents(raw) == [b"", b"one"]


def test_a_multipart_without_parts_is_a_text() -> None:
    for head in (b"Content-Type: multipart/mixed", b"Content-Type: multipart/mixed; boundary=b"):
        raw = head + b"\r\n\r\nhello\r\n"
        assert contents(raw) == [b"hello\r\n"]


@pytest.mark.parametrize("kind", [b"nonsense", b"text", b"/", b"text/", b"a/b/c", b"text/\x00"])
def test_a_type_that_is_none_is_plain_text(kind: bytes) -> None:
    assert types(shape_of(b"Content-Type: " + kind + b"\r\n\r\nx")) == ["text/plain"]


def test_a_message_in_a_message_is_one_leaf_with_parts_of_its_own() -> None:
    inner = a_multipart(b"in", b"\r\none", b"\r\ntwo")
    raw = a_multipart(b"out", b"\r\nhello", b"Content-Type: message/rfc822\r\n\r\n" + inner)
    shape = shape_of(raw)
    assert types(shape)[2:] == ["message/rfc822", "multipart/mixed", "text/plain", "text/plain"]
    assert [part.type for part in shape.leaves()] == ["text/plain", "message/rfc822"]
    assert contents(raw)[1].rstrip() == inner.rstrip()


def test_a_header_that_runs_into_a_delimiter_leaves_no_part_outside_the_one_around_it() -> None:
    raw = a_multipart(b"b", b"\r\nSubject: one", kind=b"digest")
    shape = shape_of(raw)
    assert types(shape) == ["multipart/digest", "message/rfc822", "text/plain"]
    _, message, text = shape.parts
    assert message.start <= text.start <= text.end <= message.end


def test_an_encoded_message_is_not_looked_into() -> None:
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nVG86IHgKCmhp\r\n"
    assert types(shape_of(raw)) == ["message/rfc822"]
    assert contents(raw) == [b"To: x\n\nhi"]


def test_parts_of_a_digest_are_messages() -> None:
    raw = a_multipart(b"b", b"\r\nSubject: one\r\n\r\nhello", kind=b"digest")
    assert types(shape_of(raw)) == ["multipart/digest", "message/rfc822", "text/plain"]


def nested(levels: int) -> bytes:
    raw = b"\r\ndeep"
    for level in range(levels):
        raw = a_multipart(b"b%d" % level, raw)
    return raw


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_what_nests_too_deep_is_one_piece(surplus: int) -> None:
    shape = shape_of(nested(DEPTH - 1 + surplus))
    assert max(part.depth for part in shape.parts) == DEPTH - 1 + min(surplus, 0)
    assert shape.limit == ("nesting" if surplus > 0 else "")


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_messages_in_messages_nest_no_deeper(surplus: int) -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * (DEPTH - 1 + surplus) + b"Subject: x\r\n\r\ndeep"
    shape = shape_of(raw)
    assert len(shape.parts) == DEPTH + min(surplus, 0)
    assert shape.limit == ("nesting" if surplus > 0 else "")


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_too_many_parts_the_first_are_found(surplus: int) -> None:
    shape = shape_of(a_multipart(b"b", *[b"\r\nx"] * (PARTS - 1 + surplus)))
    assert len(shape.parts) == PARTS + min(surplus, 0)
    assert shape.limit == ("parts" if surplus > 0 else "")


def test_a_header_that_is_too_long_is_named() -> None:
    assert shape_of(b"A: 1\r\n" * 2000 + b"\r\nx").limit == "headers"


@pytest.mark.parametrize("name", ["naïve.txt", "a;b.txt", 'q".txt', "../../etc/passwd", "x" * 300])
def test_a_name_is_what_the_sender_wrote(name: str) -> None:
    part = MIMEBase("application", "x-test")
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    (found,) = shape_of(part.as_bytes()).parts
    assert (found.disposition.value, found.name) == ("attachment", name)


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=60
)


@st.composite
def messages(draw: st.DrawFn, depth: int = 3) -> MIMEBase | MIMEMultipart | MIMEText | MIMEMessage:
    kind = draw(st.sampled_from(["text", "multipart", "message"] if depth else ["text"]))
    if kind == "text":
        return MIMEText(draw(texts), draw(st.sampled_from(["plain", "html"])), "utf-8")
    if kind == "message":
        return MIMEMessage(draw(messages(depth=depth - 1)))
    multipart = MIMEMultipart(draw(st.sampled_from(["mixed", "alternative", "related"])))
    for part in draw(st.lists(messages(depth=depth - 1), min_size=1, max_size=3)):
        multipart.attach(part)
    return multipart


@given(messages())
def test_what_the_standard_library_writes_is_read_as_it_reads_it(message: MIMEBase) -> None:
    raw = message.as_bytes(policy=policy.compat32.clone(linesep="\r\n"))
    standard = [
        (part.get_content_type(), part.is_multipart()) for part in email.message_from_bytes(raw).walk()
    ]
    ours = [(part.type, bool(part.children)) for part in shape_of(raw).parts]
    assert ours == standard


pieces = st.lists(
    st.sampled_from(
        [b"--b", b"--b--", b"--c", b"\r\n", b"\n", b"x", b":", b" ", b"Content-Type: message/rfc822\r\n",
         b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: multipart/mixed; boundary=c\r\n"]
    ),
    max_size=40,
)  # fmt: skip


@given(pieces, st.integers(1, 4), st.integers(1, 6))
def test_never_raises_and_every_part_lies_within_the_one_around_it(
    found: list[bytes], depth: int, parts: int
) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n" + b"".join(found)
    shape = shape_of(raw, depth=depth, parts=parts)
    assert 1 <= len(shape.parts) <= parts
    for part in shape.parts:
        around = shape.parts[part.parent] if part.parent >= 0 else None
        assert 0 <= part.start <= part.end <= len(raw)
        assert around is None or (around.start <= part.start and part.end <= around.end)
        assert part.depth < depth
        content(raw, part)


@pytest.mark.parametrize(
    "raw",
    [
        a_multipart(b"b", *[b"\r\n"] * 60_000),
        nested(1500),
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--\r\n" * 500_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"\n--" * 500_000,
        b"Content-Type: multipart/mixed; boundary=" + b"b" * 100_000 + b"\r\n\r\n" + b"--bbbb\r\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nA: " + b"\r\n x" * 500_000,
    ],
    ids=["parts", "nesting", "messages", "dashes", "starts", "boundary", "fold"],
)
def test_hostile_shapes_take_no_more_time_than_their_octets(raw: bytes) -> None:
    assert cpu_seconds(lambda: shape_of(raw)) < LINEAR
