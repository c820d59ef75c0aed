"""Where the words of `code_words` stand in a text: one pattern for all of them, made when it is imported."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from mailweir.wire.mime.code_words import LETTERS, WORDS, Kind

# The rest of a word that begins so is not looked at: "Buchungscode" is no code.
_CONSUMED: Final = (Kind.OFFER, Kind.RECORD, Kind.OTHER)
_SEEN: Final = (Kind.NEVER, Kind.SECRET, Kind.CODE, Kind.NUMBER, Kind.ENTER, Kind.ACCESS)

_UNSPACED: Final = re.compile("[\u2e80-\uffef]")

# Accents are left out by some senders, and so here by all; one character stays one.
_BARE: Final = {
    letter: unicodedata.normalize("NFD", letter)[0] for letter in map(chr, (*range(0xC0, 0x250), 0x451))
} | {"\u0131": "i"}
_ACCENTED = re.compile("[\u00c0-\u024f\u0451]")


def small(text: str) -> str:
    """`text` in the spelling of the tables, character by character."""
    return _ACCENTED.sub(_bare, text.lower())  # a third of the time that `translate` takes


def _bare(accented: "re.Match[str]") -> str:
    return _BARE[accented[0]]


def _entries(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """Each word of these kinds to its kind; the first kind that has it."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        for language in WORDS[kind].values():
            for word in language.split(","):
                found.setdefault(small(word.strip()), kind)
    return found


def _alternation(words: Iterable[str]) -> str:
    """Tries each word only where its first letter stands, the longest first."""
    heads: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        heads.setdefault(word.strip("*")[0], []).append(word)
    return "|".join(f"{re.escape(head)}(?:{'|'.join(_rests(some))})" for head, some in heads.items())


def _rests(words: Iterable[str]) -> Iterator[str]:
    """What follows the first letter; one look for the end of all words that stand together and need it."""
    for whole, some in groupby(words, key=_is_whole):
        rests = "|".join(re.escape(word.strip("*")[1:]) for word in some)
        yield f"(?:{rests})(?![{LETTERS}])" if whole else rests


def _is_whole(word: str) -> bool:
    return not word.endswith("*") and _UNSPACED.search(word) is None


def _pattern() -> "re.Pattern[str]":
    consumed, seen = _entries(_CONSUMED), _entries(_SEEN)
    spaced = [_alternation(word for word in some if not _UNSPACED.search(word)) for some in (consumed, seen)]
    unspaced = _alternation(word for word in consumed | seen if _UNSPACED.search(word))
    ends = _alternation(word for word in seen if word.startswith("*"))
    return re.compile(
        f"(?<![{LETTERS}-])(?:({spaced[0]})[{LETTERS}]*+|({spaced[1]}))"
        f"|(?<=[{LETTERS}-])({ends})|(?={_UNSPACED.pattern})({unspaced})"
    )


_KINDS: Final = {word.strip("*"): kind for word, kind in (_entries(_SEEN) | _entries(_CONSUMED)).items()}
_FOUND: Final = _pattern()


def words(text: str) -> list[tuple[int, int, Kind]]:
    """Where the words of the tables stand in `text`, in order: start, end, kind."""
    return [(*found.span(), _KINDS[found[found.lastindex or 0]]) for found in _FOUND.finditer(small(text))]
