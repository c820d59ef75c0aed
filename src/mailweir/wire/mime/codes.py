"""One-time codes in a mail, found by what stands around them.

    codes("Sign in", "Your code is 482913.")[0].value == "482913"

Everything that looks like a code is weighed: the words before and after it, whether it stands alone,
its length and shape. What weighs too little is not told, for a wrong code is worse than none. Nothing
here raises, and all takes time in proportion to the text: each pattern has one way to match.
"""

import math
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mailweir.wire.mime.code_lines import lines_of
from mailweir.wire.mime.code_lookup import words
from mailweir.wire.mime.code_shapes import Candidate, candidates
from mailweir.wire.mime.code_words import Kind

CANDIDATES: Final = 500
"""What is weighed of each part; a mail of a service holds some ten numbers."""

CODES: Final = 10
"""Codes of one mail that are told."""

_HEAD: Final = 8  # lines that tell what a mail is about
_BESIDE: Final = 4  # characters: so near stands what belongs together
_LABEL: Final = 12  # characters: so near stands "code" where only "of today is" comes in between
_NEARBY: Final = 20  # characters: so near, a number's name is not the code's

_SENTENCE_END = re.compile(
    r"[!?;。\uff01\uff1f\uff1b](?!\S*=)"
    r"|(?:(?<=\w{4})\.(?=\s)|(?<=\w{3})\.(?=\s[A-ZÀ-ÞА-Я])|(?<=[\])»\"”])\.(?=\s))"
)
_COLONS: Final = (":", "\uff1a")
_EMPHASIS: Final = {"**", "[]", "()", "«»", "「」", "【】", "“”", "„”", "„“", "''", '""'}
_DECORATION: Final = " \t*_[](){}<>«»\"'`“”„\u2018\u2019「」【】『』:\uff1a.。,!-\u2013—•|=~#>"

# The weights were set by those mails of `tests/corpora/codes` that are not held out.
_ENOUGH: Final = 3.5
_APART: Final = 3.0  # what weighs so much less than the best is something else
_TYPED: Final = 3.0  # "enter" beside the candidate
_ANOTHER: Final = -2.0  # something else is named nearby
_BEFORE: Final = {
    Kind.SECRET: 3.0, Kind.CODE: 2.0, Kind.NUMBER: 0.5, Kind.OTHER: -4.0, Kind.RECORD: -4.0, Kind.OFFER: -5.0,
}  # fmt: skip
_AFTER: Final = _BEFORE | {Kind.NUMBER: 0.0, Kind.OTHER: -1.0, Kind.RECORD: -1.0}
_ABOVE: Final = _BEFORE | {Kind.OTHER: -3.0, Kind.RECORD: -3.0}
_NOUNS: Final = frozenset(_BEFORE)
_POSITIVE: Final = frozenset({Kind.SECRET, Kind.CODE})
_OTHERS: Final = frozenset({Kind.OTHER, Kind.RECORD})
_TELLING: Final = _POSITIVE | _OTHERS | {Kind.ENTER, Kind.OFFER}

_Found = tuple[int, int, Kind]


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code as it is to be typed; `source` is "subject", "text" or "html".

    `confidence` orders codes between 0 and 1; it is no measured probability.
    """

    value: str
    source: str
    confidence: float


def codes(subject: str, text: str, page_text: str = "") -> list[Code]:
    """The codes of a mail, best first; empty when there is none. `page_text` is the HTML part's text."""
    body, page = _Lines(text), _Lines(page_text)
    title = _Lines(subject, body, page)
    mood = title.mood()
    best: dict[str, tuple[float, str]] = {}
    worst: dict[str, float] = {}
    for source, lines in (("subject", title), ("text", body), ("html", page)):
        for value, weight in lines.weighed():
            worst[value] = min(worst.get(value, 0.0), weight)
            if value not in best or best[value][0] < weight:
                best[value] = (weight, source)
    # What is called something else in one place is no code in another.
    weights = {value: weight + worst[value] / 2 + mood for value, (weight, _) in best.items()}
    ordered = sorted(((weight, value, best[value][1]) for value, weight in weights.items()), reverse=True)
    return [
        Code(value, source, _confidence(weight))
        for weight, value, source in ordered[:CODES]
        if weight >= max(_ENOUGH, ordered[0][0] - _APART)
    ]


def _confidence(weight: float) -> float:
    return round(1 / (1 + math.exp(_ENOUGH - 1 - weight)), 2)


class _Lines:
    """One part of a mail in lines that say something, and what their words say.

    `beside` are the parts that are heard where this one says nothing.
    """

    def __init__(self, text: str, *beside: "_Lines") -> None:
        self._lines = lines_of(text)
        self._told: dict[int, list[_Found]] = {}
        self._seen: dict[int, list[Candidate]] = {}
        self._parts = beside

    def about(self) -> float:
        """What one of the first lines says about a number that stands in the subject."""
        head = enumerate(self._lines[:_HEAD])
        return min(max((_announced(self._words(at), line) for at, line in head), default=0.0), 2.5)

    @cached_property
    def _beside(self) -> float:
        """Asked of few mails: most subjects hold nothing that looks like a code."""
        return max((part.about() for part in self._parts), default=0.0)

    def mood(self) -> float:
        """What the kind of mail that a subject announces is worth to each candidate."""
        kinds = {kind for at in range(len(self._lines)) for _, _, kind in self._words(at)}
        if Kind.OFFER in kinds:
            return -4.0
        if kinds & _POSITIVE:
            return 2.0
        return 1.0 if Kind.ACCESS in kinds else -2.5 if Kind.RECORD in kinds else 0.0

    def weighed(self) -> Iterator[tuple[str, float]]:
        """The value and weight of the first CANDIDATES candidates."""
        left = CANDIDATES
        for at in range(len(self._lines)):
            for candidate in self._candidates(at)[:left]:
                yield candidate.value, candidate.shape + self._weight(at, candidate)
            left -= len(self._candidates(at))
            if left <= 0:
                return

    def _candidates(self, at: int) -> list[Candidate]:
        if at not in self._seen:
            self._seen[at] = list(candidates(self._lines[at])) if 0 <= at < len(self._lines) else []
        return self._seen[at]

    def _words(self, at: int) -> list[_Found]:
        """The words of a line; none where there is no line."""
        if at not in self._told:
            self._told[at] = words(self._lines[at]) if 0 <= at < len(self._lines) else []
        return self._told[at]

    def _weight(self, at: int, candidate: Candidate) -> float:
        line = self._lines[at]
        if not (line[: candidate.start] + line[candidate.end :]).strip(_DECORATION):
            said = self._above(at) + self._below(at) + self._beside
            return said + (2.0 if said > 0 else 1.0)
        return self._in_sentence(at, candidate)

    def _above(self, at: int) -> float:
        """What the lines before announce; the nearer one counts unless it says nothing."""
        return self._announced(at - 1) or 0.6 * self._announced(at - 2)

    def _announced(self, at: int) -> float:
        """What a line announces, unless it is of a number that stands in it."""
        if not 0 <= at < len(self._lines):
            return 0.0
        said = _announced(self._words(at), self._lines[at])
        if said and self._opens(at):
            return said + 0.5
        return min(said, 0.0) if self._candidates(at) else said

    def _opens(self, at: int) -> bool:
        """Whether a line says that something follows it."""
        return at >= 0 and self._lines[at].rstrip().endswith(_COLONS)

    def _below(self, at: int) -> float:
        kinds = {kind for _, _, kind in self._words(at + 1)}
        if Kind.OFFER in kinds:
            return _ABOVE[Kind.OFFER]
        return 1.5 if kinds & _POSITIVE else 1.0 if Kind.ENTER in kinds else 0.0

    def _in_sentence(self, at: int, candidate: Candidate) -> float:
        """What the words of the same sentence say, or else those of the sentence before."""
        line = self._lines[at]
        begin, end = _sentence(line, candidate)
        said = [word for word in self._words(at) if begin <= word[0] and word[1] <= end]
        kinds = {kind for _, _, kind in said}
        named, typed = _nouns(said, candidate), _verbs(said, candidate)
        if typed == _TYPED and named == _ANOTHER:
            named = 0.0  # "on the booking page enter"
        weight = named + typed + (1.0 if Kind.ACCESS in kinds else 0.0)
        before, after = line[begin : candidate.start], line[candidate.end :]
        if named in {_BEFORE[Kind.CODE], _BEFORE[Kind.SECRET]} and before.rstrip().endswith(_COLONS):
            weight += 1.0  # "code (for ten minutes): "
        if not kinds & _TELLING:
            weight += self._earlier(at, begin) + self._beside
        if before[-1:] + after[:1] in _EMPHASIS:
            weight += 0.5
        return weight if kinds & _POSITIVE else weight - candidate.doubt

    def _earlier(self, at: int, begin: int) -> float:
        """What the sentence before the one that begins at `begin` announces."""
        if not begin:
            continued = self._lines[at][:1].islower()
            return self._above(at) * (1.0 if continued else 0.6 if self._opens(at - 1) else 0.3)
        if any(candidate.end <= begin for candidate in self._candidates(at)):
            return 0.0
        return 0.6 * _announced([word for word in self._words(at) if word[1] <= begin], self._lines[at])


def _announced(said: list[_Found], text: str) -> float:
    """What words of `text` say about a number that stands after it, on a line or in a sentence of its own."""
    if any(kind == Kind.NEVER for _, _, kind in said):
        said = list(_heeded(said, text))
    kinds = [kind for _, _, kind in said]
    if Kind.OFFER in kinds:
        return _ABOVE[Kind.OFFER]
    weights = [_ABOVE[kind] for kind in kinds if kind in _NOUNS] or [0.0]
    named = max(weights) if _POSITIVE.intersection(kinds) else weights[-1]
    return named + (1.5 if Kind.ENTER in kinds else 0.0) + (0.5 if Kind.ACCESS in kinds else 0.0)


def _heeded(said: list[_Found], text: str) -> Iterator[_Found]:
    """The words of those sentences that do not say what is not to be done."""
    stops = [stop.end() for stop in _SENTENCE_END.finditer(text)]
    sentence = [bisect(stops, word[0]) for word in said]
    unheeded = {at for at, word in zip(sentence, said, strict=True) if word[2] == Kind.NEVER}
    return (word for at, word in zip(sentence, said, strict=True) if at not in unheeded)


def _nouns(said: list[_Found], candidate: Candidate) -> float:
    """What the nearest names of numbers and codes in a sentence say about `candidate`."""
    nouns = [word for word in said if word[2] in _NOUNS]
    if any(kind == Kind.OFFER for _, _, kind in nouns):
        return _BEFORE[Kind.OFFER]
    before = [word for word in nouns if word[1] <= candidate.start]
    after = [word for word in nouns if word[0] >= candidate.end and word[2] != Kind.NUMBER]
    weight = _before(before, candidate.start) if before else 0.0
    if not after or not 0 <= weight < _BEFORE[Kind.CODE]:
        return weight
    begin, _, kind = after[0]
    if kind in _OTHERS and begin - candidate.end < _BESIDE:
        return weight + _ABOVE[kind]
    headed = kind in _POSITIVE and not before and said[0][0] > candidate.end
    return weight + _AFTER[kind] + (1.0 if headed else 0.0)  # "482913 is your code"


def _before(nouns: list[_Found], start: int) -> float:
    """What the nouns before a candidate say: the nearest counts, unless it names something further off."""
    begin, end, kind = nouns[-1]
    gap = start - end
    named = max((_BEFORE[noun[2]] for noun in nouns if noun[2] in _POSITIVE), default=0.0)
    if kind in {Kind.NUMBER, Kind.CODE} and any(
        begin - noun[1] in {0, 1} and noun[2] in _OTHERS for noun in nouns
    ):
        return _BEFORE[Kind.OTHER]  # "order number", "booking code"
    if kind in _POSITIVE:
        return named + (1.5 if gap <= _LABEL else 0.0)
    if kind == Kind.NUMBER or gap > _BESIDE:
        elsewhere = _BEFORE[kind] if kind == Kind.NUMBER else _ANOTHER if gap <= _NEARBY else 0.0
        return _BEFORE[Kind.CODE] if named else elsewhere
    return _BEFORE[kind]


def _verbs(said: list[_Found], candidate: Candidate) -> float:
    """What it is worth that something is to be typed: more if only "the number" stands in between."""
    verbs = [word for word in said if word[2] == Kind.ENTER]
    if not verbs:
        return 0.0
    start = candidate.start
    for begin, end, kind in said:
        if kind == Kind.NUMBER and 0 <= candidate.start - end <= _BESIDE:
            start = begin
    gaps = (min(abs(start - end), abs(begin - candidate.end)) for begin, end, _ in verbs)
    return _TYPED if min(gaps) <= _BESIDE + (start < candidate.start) else 2.0


def _sentence(line: str, candidate: Candidate) -> tuple[int, int]:
    """Where the sentence begins and ends in which a candidate stands."""
    begin, end = 0, len(line)
    for stop in _SENTENCE_END.finditer(line):
        if stop.end() <= candidate.start:
            begin = stop.end()
        elif stop.start() >= candidate.end:
            end = stop.start()
            break
    return begin, end
