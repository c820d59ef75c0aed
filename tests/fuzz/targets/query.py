"""The query language: a text is a query, the same one when written down again, or has a fault at a place."""

from collections.abc import Iterator

from fakes.queries import written
from mailweir.model.query import After, And, Before, Has, Header, Not, Or, Query, QueryError, Words
from mailweir.policy.query import CHARACTERS, DEPTH, PREFIX, TERMS, parse

WORDS = (
    *(b"OR ", b"AND ", b"NOT ", b" -", b"(", b")", b'"', b'\\"', b"\\\\", b"*", b"from:", b"to:", b"cc:"),
    *(b"subject:", b"text:", b"attachment:", b"has:code", b"has:link", b"before:", b"after:", b"header:"),
    *(b"2026-11-25", b"T10:00", b"T23:59:59.123456", b"+23:59", b"0001-01-01", b"9999-12-31", b"x-a="),
)


def seeds() -> Iterator[bytes]:
    yield b'shipped "your order" (from:ann OR from:bob) -subject:test after:2026-11-24'
    yield b"header:x-campaign=spring has:attachment before:2026-11-25T10:00:01.5+02:00"
    yield b"NOT -(order* AND (a OR b c))"
    yield b'header:x="a \\"b\\" \\\\" text:12:30'
    yield "日本 été straße".encode()
    yield b"(" * 10 + b"a" + b")" * 10


def check(octets: bytes) -> None:
    text = octets.decode("utf-8", "surrogateescape")
    found = parse(text)
    if isinstance(found, QueryError):
        assert 0 <= found.position <= len(text)
        assert found.reason.endswith(".")
        return
    assert len(text) <= CHARACTERS
    assert 1 <= _terms(found) <= TERMS
    assert _depth(found) <= 2 * (DEPTH + 1), "deeper than its parentheses"
    try:
        again = written(found)
    except OverflowError:  # a moment in a zone may lie before the year 1 of UTC
        return
    if _depth(found) < DEPTH and len(again) <= CHARACTERS:
        assert parse(again) == found, again


def _terms(query: Query) -> int:
    match query:
        case Not(operand):
            return _terms(operand)
        case And(operands) | Or(operands):
            assert len(operands) > 1
            return sum(map(_terms, operands))
        case Words(text, _, prefix):
            assert any(map(str.isalnum, text))
            assert not prefix or (len(text) >= PREFIX and text[-PREFIX:].isalnum())
        case Header(name, value):
            assert name
            assert name == name.lower()
            assert value == value.strip()
        case Before(moment) | After(moment):
            assert abs(moment) < 1 << 50
        case Has():
            pass
    return 1


def _depth(query: Query) -> int:
    match query:
        case Not(operand):
            return 1 + _depth(operand)
        case And(operands) | Or(operands):
            return 1 + max(map(_depth, operands))
        case _:
            return 0
