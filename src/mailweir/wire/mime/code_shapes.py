"""What on a line has the shape of a one-time code, and is not plainly something else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailweir.wire.mime.code_lookup import words
from mailweir.wire.mime.code_words import AMOUNT_BEFORE, COUNT_AFTER, LETTERS

_PAIR: Final = 2  # groups; three are as often a telephone number
_SIZES: Final = range(2, 6)  # characters of a group
_TOTALS: Final = range(6, 13)  # characters of all groups
_SHORTEST: Final = 4  # characters of a code
_POSTCODE: Final = 5  # digits that stand before a town or a street

# Most lines of most mails hold nothing of this: neither a digit nor capitals in a row.
_MAY_HOLD = re.compile(r"[0-9]|[A-Z]{4}|[A-Z][ \t-]{1,3}+[A-Z]")
_WORD = f"0-9A-Z{LETTERS}"
_TOKEN = re.compile(
    rf"(?<![{_WORD}])(?:(?P<spaced>[0-9A-Z](?:[ \t]{{1,3}}+[0-9A-Z](?![{_WORD}])){{3,11}}+"
    rf"|[0-9]{{3}}\t[0-9]{{3}}(?![{_WORD}\t]))"
    rf"|(?P<grouped>[0-9]++(?: [0-9]++(?![{_WORD}]))++(?![.,/:-][0-9]))"
    rf"|(?P<whole>[{_WORD}]++(?:[-.,/'+_&][{_WORD}]++|(?<=[0-9]):(?=[0-9])[{_WORD}]++)*+))"
)
_NOT_IN_CODES = re.compile("[.,/+_&:]")  # but in amounts, dates, times and names of files
_DIGITS = re.compile(r"[0-9]{4,10}")
_PREFIXED = re.compile(r"[A-Z]-([0-9]{4,8})")
_MIXED = re.compile(r"(?![0-9]{1,2}[hH][0-9]{2}\Z)(?=[A-Za-z]*+[0-9])(?=[0-9]*+[A-Za-z])[A-Za-z0-9]{4,12}")
_CAPITALS = re.compile(r"[A-Z]{4,12}")
_VOWEL = re.compile("[AEIOU]")
_SUFFIX = re.compile(rf"([0-9]{{4,10}})'[{LETTERS}]{{1,6}}")
_WORD_AND_NUMBER = re.compile(r"[A-Z]{3,}[0-9]{2,4}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_BADGE = re.compile(r"(?:^|[^A-Za-z])[A-Z]{2,3} \Z")
_PLACE = re.compile(r" [A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2}")
_LENGTHS: Final = {4: 0.5, 5: 0.5, 6: 1.0, 7: 0.0, 8: 0.3, 9: -0.5, 10: -0.5}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a code, where it stands in its line, and what its shape is worth.

    `doubt` counts where nothing calls it a code.
    """

    value: str
    start: int
    end: int
    shape: float
    doubt: float


def candidates(line: str) -> Iterator[Candidate]:
    """What on a line has the shape of a code and is not plainly something else."""
    if _MAY_HOLD.search(line) is None:
        return
    for token in _TOKEN.finditer(line):
        if token.end() - token.start() < _SHORTEST:
            continue
        shaped = _shaped(token)
        if shaped is None:
            continue
        value, shape = shaped
        start, end = token.span()
        if AMOUNT_BEFORE.search(line[max(start - 6, 0) : start].lower()):
            continue
        if COUNT_AFTER.match(line[end : end + 12].lower()):
            continue
        doubt = 0.0
        if _BADGE.search(line[max(start - 5, 0) : start]) and not words(line[max(start - 4, 0) : start]):
            doubt = 2.0
        if len(value) <= _POSTCODE and _PLACE.match(line, end):
            doubt = 1.5
        yield Candidate(value, start, end, shape, doubt)


def _shaped(token: "re.Match[str]") -> tuple[str, float] | None:
    """The value of a token as it is typed, and what its shape is worth; None when it is no code."""
    if token["spaced"]:
        return _plain("".join(token["spaced"].split()), 0.5)
    if token["grouped"]:
        groups = token["grouped"].split(" ")
        return _plain("".join(groups), 0.5 if len(groups) == _PAIR else 0.0) if _even(groups) else None
    whole = token["whole"]
    if _NOT_IN_CODES.search(whole):
        return None
    if whole.isalpha() and not whole.isupper():  # nearly every word of nearly every mail
        return None
    if prefixed := _PREFIXED.fullmatch(whole):
        return prefixed[1], 1.5
    if suffixed := _SUFFIX.fullmatch(whole):
        whole = suffixed[1]
    groups = whole.split("-")
    if len(groups) == 1:
        return _plain(whole, 0.0)
    if not _even(groups) or all(map(_YEAR.fullmatch, groups)):
        return None
    joined = _plain("".join(groups), 0.5)
    if joined is None or joined[0].isdigit():
        return joined
    return (whole, joined[1]) if whole.isupper() else None


def _even(groups: list[str]) -> bool:
    """Whether these are groups as codes are written in."""
    size, total = len(groups[0]), sum(map(len, groups))
    return len(set(map(len, groups))) == 1 and size in _SIZES and total in _TOTALS


def _plain(value: str, bonus: float) -> tuple[str, float] | None:
    """A value without separators, and what its shape is worth."""
    if _DIGITS.fullmatch(value):
        return value, bonus + _LENGTHS[len(value)] - (4.0 if _YEAR.fullmatch(value) else 0.0)
    if _MIXED.fullmatch(value):
        looks = -2.5 if _WORD_AND_NUMBER.fullmatch(value) else 0.5 if value.isupper() else -1.0
        return value, bonus + looks
    if _CAPITALS.fullmatch(value) and not words(value):
        drawn = len(_VOWEL.findall(value)) * 4 < len(value)  # a word has more vowels
        return value, bonus + (0.0 if drawn else -3.0)
    return None
