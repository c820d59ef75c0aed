"""The query language: a text that a person or a program wrote, read as a tree of terms.

    shipped "your order" (from:ann OR from:bob) -subject:test after:2026-11-24 header:x-campaign=spring

docs/user/search.md describes it. A text that is no query is answered with the place of its fault; the
work is in proportion to the text, whatever stands in it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from mailweir.model.query import (
    After,
    And,
    Before,
    Feature,
    Field,
    Has,
    Header,
    Not,
    Or,
    Query,
    QueryError,
    Term,
    Words,
)

CHARACTERS: Final = 1000
"""The longest query."""
TERMS: Final = 50
"""The most terms of a query: each is looked up by itself."""
DEPTH: Final = 10
"""How deep parentheses may be nested."""
PREFIX: Final = 3
"""The fewest characters before a `*`: with fewer a large part of all words is looked up."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORD_FIELDS: Final[dict[str, Field]] = {
    "from": "from",
    "to": "to",
    "cc": "cc",
    "subject": "subject",
    "text": "text",
    "attachment": "attachment",
}
_FEATURES: Final[dict[str, Feature]] = {"attachment": "attachment", "code": "code", "link": "link"}
_ALL_FIELDS: Final = "from, to, cc, subject, text, attachment, has, before, after and header"

_UNSEARCHABLE = re.compile("[\0\ud800-\udfff]")
_SPACE = re.compile(r"\s*")
_RUN = re.compile(r'[^\s()"]+')
_KEYWORD = re.compile(r'(?:OR|AND|NOT)(?![^\s()"])')
_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\])')
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*+):")
_HEADER_NAME = re.compile(r"([!-9;<>-~]++)=")  # RFC 5322 §2.2 but the equals sign, which ends it here
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def parse(text: str) -> Query | QueryError:
    """What `text` asks for, or where it goes wrong."""
    try:
        return _Reading(text).whole()
    except _FaultError as fault:
        return QueryError(fault.position, fault.reason)


class _FaultError(Exception):
    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


def _fault(position: int, reason: str) -> NoReturn:
    raise _FaultError(position, reason)


class _Reading:
    """A text and how far it has been read; every method reads one piece and the space behind it."""

    def __init__(self, text: str) -> None:
        if len(text) > CHARACTERS:
            _fault(CHARACTERS, f"a query has at most {CHARACTERS:,} characters, and this one {len(text):,}.")
        if (found := _UNSEARCHABLE.search(text)) is not None:
            _fault(found.start(), "this is no character of a text; leave it out.")
        self._text = text
        self._at = 0
        self._terms = 0
        self._skip()

    def whole(self) -> Query:
        found = self._either(0)
        if self._next == ")":
            _fault(self._at, "there is no ( for this ); leave it out, or put the text in quotes.")
        return found

    def _either(self, depth: int) -> Query:
        found = [self._both(depth)]
        while self._takes("OR"):
            found.append(self._both(depth))
        return found[0] if len(found) == 1 else Or(tuple(found))

    def _both(self, depth: int) -> Query:
        found = [self._one(depth)]
        while self._takes("AND") or (self._next not in {"", ")"} and self._keyword != "OR"):
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else And(tuple(found))

    def _one(self, depth: int) -> Query:
        negated = False
        while self._negation():
            negated = not negated
        found = self._parenthesis(depth) if self._next == "(" else self._term()
        return Not(found) if negated else found

    def _negation(self) -> bool:
        if self._next != "-":
            return self._takes("NOT")
        self._at += 1
        if not self._next or self._next.isspace():
            _fault(self._at, "expected a term right after the minus; quotes make it a text.")
        return True

    def _parenthesis(self, depth: int) -> Query:
        opened = self._at
        if depth == DEPTH:
            _fault(opened, f"parentheses are nested deeper than {DEPTH}; write it with fewer.")
        self._at += 1
        self._skip()
        found = self._either(depth + 1)
        if self._next != ")":
            _fault(self._at, f"expected ) for the ( at character {opened + 1}.")
        self._at += 1
        self._skip()
        return found

    def _term(self) -> Term:
        start = self._at
        if self._keyword or self._next in {"", ")"}:
            _fault(start, "expected a word, a phrase in quotes, a field or a parenthesis here.")
        self._terms += 1
        if self._terms > TERMS:
            _fault(start, f"a query has at most {TERMS} terms.")
        found = self._in_field() if _FIELD.match(self._text, start) else self._words(None)
        self._skip()
        return found

    def _in_field(self) -> Term:
        start = self._at
        named = _FIELD.match(self._text, start)
        assert named is not None  # noqa: S101  the caller has looked
        self._at = named.end()
        name = named[1].lower()
        if name in _WORD_FIELDS:
            return self._words(_WORD_FIELDS[name])
        match name:
            case "has":
                return self._has()
            case "before":
                return Before(self._moment(name))
            case "after":
                return After(self._moment(name))
            case "header":
                return self._header()
            case _:
                _fault(
                    start, f"there is no field {name}, only {_ALL_FIELDS}; quotes make it a text to look for."
                )

    def _words(self, field: Field | None) -> Words:
        after = f" right after {field}:" if field else ""
        start, quoted = self._at, self._next == '"'
        text = self._value(f"expected a word or a phrase in quotes{after}.")
        star = -1 if quoted else text.find("*")
        if 0 <= star < len(text) - 1:
            _fault(start + star, "a * stands only at the end of a word.")
        text = text if star < 0 else text[:star]
        if not any(map(str.isalnum, text)):
            _fault(start, f"expected a letter or a digit{after}; other characters are not searched for.")
        if star >= 0 and (star < PREFIX or not text[-PREFIX:].isalnum()):
            _fault(start + star, f"expected at least {PREFIX} letters or digits before the *.")
        return Words(text, field, prefix=star >= 0)

    def _has(self) -> Has:
        start = self._at
        expected = f"expected {', '.join(_FEATURES)} right after has:."
        found = _FEATURES.get(self._value(expected).lower())
        return Has(found) if found else _fault(start, expected)

    def _moment(self, name: str) -> int:
        start = self._at
        expected = f"expected a day or a time right after {name}: such as 2026-11-25 or 2026-11-25T10:00Z."
        text = self._value(expected)
        try:
            moment = datetime.fromisoformat(text if _ISO.fullmatch(text) else "")
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - _EPOCH) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            _fault(start, expected)

    def _header(self) -> Header:
        expected = "expected name=value right after header: such as header:x-campaign=spring."
        if (named := _HEADER_NAME.match(self._text, self._at)) is None:
            _fault(self._at, expected)
        self._at = named.end()
        value = self._value('expected a value right after the equals sign; an empty one is written "".')
        return Header(named[1].lower(), value.strip())

    def _value(self, expected: str) -> str:
        """A run of characters, or a phrase without its quotes; the sentence is for when neither is there."""
        if self._next == '"':
            if (phrase := _PHRASE.match(self._text, self._at)) is None:
                _fault(self._at, "this quote is not closed.")
            self._at = phrase.end()
            return _ESCAPE.sub(r"\1", phrase[1])
        if (run := _RUN.match(self._text, self._at)) is None:
            _fault(self._at, expected)
        self._at = run.end()
        return run[0]

    @property
    def _next(self) -> str:
        """The next character; empty at the end."""
        return self._text[self._at : self._at + 1]

    @property
    def _keyword(self) -> str:
        found = _KEYWORD.match(self._text, self._at)
        return found[0] if found else ""

    def _takes(self, keyword: str) -> bool:
        if self._keyword != keyword:
            return False
        self._at += len(keyword)
        self._skip()
        return True

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        assert space is not None  # noqa: S101  no space is one, too
        self._at = space.end()
