"""A header block is read in order, to its limits, and the body is found behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.wire.mime.fields import HEADER_FIELDS, HEADER_OCTETS, read_block


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_fields_keep_their_order_and_spelling(end: bytes) -> None:
    raw = end.join([b"B: 1", b"a: 2", b"  folded", b"B: 3", b"", b"body: 4", b""])
    block = read_block(raw)
    assert block.fields == ((b"B", b"1"), (b"a", b"2" + end + b"  folded"), (b"B", b"3"))
    assert raw[block.body :] == b"body: 4" + end
    assert block.whole


def test_the_first_field_of_a_name_counts() -> None:
    assert read_block(b"To: a\nTO: b\n\n").first(b"to") == b"a"
    assert read_block(b"To: a\n\n").first(b"cc") == b""


def test_values_are_decoded_for_people() -> None:
    block = read_block(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\tan alle\r\n\r\n")
    assert block.decoded() == (("Subject", "Grüße an alle"),)


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"", 0, b""),
        (b"\n", 0, b""),
        (b"\r\n\r\nx", 0, b"\r\nx"),
        (b"no colon\nA: 1\n\nx", 0, b"no colon\nA: 1\n\nx"),
        (b"A: 1\nno colon\nB: 2\n", 1, b"no colon\nB: 2\n"),
        (b"A: 1", 1, b""),
        (b"From bob Mon Jan 1\nA: 1\n\nx", 1, b"x"),
        (b"A: 1\n>From bob\nB : 2\n\nx", 2, b"x"),
        (b": nameless\n\nx", 0, b": nameless\n\nx"),
        (b"\xc3\xa4: 1\n\nx", 0, b"\xc3\xa4: 1\n\nx"),
    ],
)
def test_a_block_ends_where_fields_end(raw: bytes, fields: int, body: bytes) -> None:
    block = read_block(raw)
    assert len(block.fields) == fields
    assert raw[block.body :] == body


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_too_many_fields_the_first_are_read_and_the_body_is_found(surplus: int) -> None:
    block = read_block(b"A: 1\n" * (HEADER_FIELDS + surplus) + b"\nbody")
    assert len(block.fields) == HEADER_FIELDS + min(surplus, 0)
    assert block.whole == (surplus <= 0)
    assert block.body == 5 * (HEADER_FIELDS + surplus) + 1


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_too_long_a_block_the_beginning_is_read_and_the_body_is_found(surplus: int) -> None:
    field = b"A: " + b"x" * (HEADER_OCTETS - 4 + surplus) + b"\n"
    block = read_block(field + b"\nbody")
    assert len(block.fields) == 1
    assert block.whole == (surplus <= 0)
    assert block.body == len(field) + 1


def test_a_block_may_begin_and_end_anywhere() -> None:
    raw = b"xxxA: 1\nB: 2\n\nbody"
    assert read_block(raw, 3).fields == ((b"A", b"1"), (b"B", b"2"))
    assert read_block(raw, 3, 8).fields == ((b"A", b"1"),)
    assert read_block(raw, 3, 8).body == 8


@given(st.binary(max_size=300), st.integers(1, 60), st.integers(1, 5))
def test_never_raises_and_never_reads_backwards(raw: bytes, octets: int, fields: int) -> None:
    block = read_block(raw, octets=octets, fields=fields)
    assert len(block.fields) <= fields
    assert 0 <= block.body <= len(raw)
