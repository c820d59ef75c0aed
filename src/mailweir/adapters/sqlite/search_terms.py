"""Queries in the words of the index: a text for MATCH, and spans of time for what has no words.

The text is built only from column names and operators of ours and from what a person wrote in quotes
of ours, within which SQLite knows no operator: it takes the letters and digits, and nothing else.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from mailweir.adapters.sqlite.search_rows import ALL, COLUMNS, header_mark, inbox_mark
from mailweir.model.address import Inbox
from mailweir.model.query import After, And, Before, Has, Header, Not, Or, Query, Words

_EVER: Final = -(2**62)
_NEVER: Final = 2**62
_ANY_FIELD: Final = f"{{{' '.join(COLUMNS.values())}}}"


class Span(Struct, frozen=True):
    """What MATCH has to be told for messages received from `start` until before `end` (milliseconds)."""

    start: int
    end: int
    match: str

    @property
    def from_ever(self) -> bool:
        """Whether it has no beginning."""
        return self.start == _EVER

    @property
    def until_now(self) -> bool:
        """Whether it has no end."""
        return self.end == _NEVER


def spans(query: Query, inbox: Inbox | None) -> list[Span]:
    """The query as spans, newest first, of which none overlaps another; none where nothing can be found.

    Between two moments that the query names every `before:` and `after:` is either true or false, and
    what is left of it is words. A query without moments is one span, and so is one that asks for words
    and a time: only a query such as `a OR before:…` has several.
    """
    moments = sorted({_EVER, _NEVER, *_moments(query)}, reverse=True)
    found: list[Span] = []
    for end, start in pairwise(moments):
        rest = _between(query, start)
        if rest is False:
            continue
        match = _match(None if rest is True else rest, inbox)
        if found and found[-1].match == match and found[-1].start == end:
            end = found.pop().end  # noqa: PLW2901  one longer span
        found.append(Span(start, end, match))
    return found


def _moments(query: Query) -> Iterator[int]:
    match query:
        case Before() | After():
            yield query.moment
        case And() | Or():
            for operand in query.operands:
                yield from _moments(operand)
        case Not():
            yield from _moments(query.operand)
        case _:
            pass


def _between(query: Query, start: int) -> Query | bool:
    """What is left of a query in the span that begins there."""
    match query:
        case Before():
            return start < query.moment
        case After():
            return start >= query.moment
        case Not():
            rest = _between(query.operand, start)
            return not rest if isinstance(rest, bool) else Not(rest)
        case And() | Or():
            decisive = isinstance(query, Or)
            parts = [_between(operand, start) for operand in query.operands]
            if decisive in parts:
                return decisive
            left = tuple(part for part in parts if not isinstance(part, bool))
            if len(left) > 1:
                return type(query)(left)
            return left[0] if left else not decisive
        case _:
            return query


def _match(query: Query | None, inbox: Inbox | None) -> str:
    scope = [] if inbox is None else [_mark(inbox_mark(inbox))]
    asked = query.operands if isinstance(query, And) else [] if query is None else [query]
    return _conjunction(asked, scope)


def _conjunction(operands: Sequence[Query], scope: Sequence[str] = ()) -> str:
    """FTS5 knows no NOT without something before it: that is every message, or the inbox."""
    wanted = [*scope, *(_expression(one) for one in operands if not isinstance(one, Not))]
    unwanted = [_expression(one.operand) for one in operands if isinstance(one, Not)]
    found = f"({' AND '.join(dict.fromkeys(wanted) or [_mark(ALL)])})"
    return f"({found} NOT ({' OR '.join(dict.fromkeys(unwanted))}))" if unwanted else found


def _expression(query: Query) -> str:
    match query:
        case Words(text, field, prefix):
            columns = _ANY_FIELD if field is None else COLUMNS[field]
            return f"{columns} : {_quoted(text)}{'*' if prefix else ''}"
        case Has(feature):
            return _mark(feature)
        case Header(name, value):
            return _mark(header_mark(name, value))
        case Or(operands):
            return f"({' OR '.join(dict.fromkeys(map(_expression, operands)))})"
        case And(operands):
            return _conjunction(operands)
        case Not():
            return _conjunction([query])
        case Before() | After():
            raise AssertionError("a moment is no word")


def _mark(word: str) -> str:
    return f"marks : {_quoted(word)}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
