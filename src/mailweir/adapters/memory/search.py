"""Finding messages in memory, by the rules of the SQLite index told without SQL.

A word is a run of letters, digits and the marks of both, compared without case and, on Latin letters,
without accents: what FTS5's `unicode61` with `remove_diacritics 2` makes of every character that is in
Unicode 6.1 and not one of a few dozen rare letters.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from mailweir.adapters.memory.store import Kept
from mailweir.model.digest import Digest
from mailweir.model.query import After, And, Before, Field, Has, Header, Not, Or, Query, Words
from mailweir.policy.searched import FIELDS, features, headers, texts

_COMBINING: Final = range(0x300, 0x332)  # accents that stand behind their letter


def matches(query: Query, kept: Kept, digest: Digest) -> bool:
    """Whether a message with this digest is what is looked for."""
    return _Looking(kept, digest).at(query)


class _Looking:
    """One message that is looked at."""

    def __init__(self, kept: Kept, digest: Digest) -> None:
        self._received = kept.delivery.received
        self._digest = digest
        self._texts: Mapping[Field, str] = texts(digest, kept.delivery.sender)

    def at(self, query: Query) -> bool:
        match query:
            case And(operands):
                return all(map(self.at, operands))
            case Or(operands):
                return any(map(self.at, operands))
            case Not(operand):
                return not self.at(operand)
            case Words():
                return self._has_words(query)
            case Has(feature):
                return feature in features(self._digest)
            case Header(name, value):
                return (name, value) in headers(self._digest)
            case Before(moment):
                return self._received < moment
            case After(moment):
                return self._received >= moment

    def _has_words(self, query: Words) -> bool:
        phrase = words(query.text)
        fields = FIELDS if query.field is None else (query.field,)
        return bool(phrase) and any(_stands(phrase, self._texts[one], prefix=query.prefix) for one in fields)


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return "".join(map(_folded, text)).split()


def _stands(phrase: Sequence[str], text: str, *, prefix: bool) -> bool:
    *whole, last = phrase
    found = words(text)
    return any(
        found[at : at + len(whole)] == whole
        and (found[at + len(whole)].startswith(last) if prefix else found[at + len(whole)] == last)
        for at in range(len(found) - len(whole))
    )


@cache
def _folded(character: str) -> str:
    """A character as it is compared; a space when it is part of no word."""
    if ord(character) in _COMBINING:
        return ""
    if unicodedata.category(character)[0] not in "LN" and unicodedata.category(character) != "Co":
        return " "
    folded = character.casefold()
    folded = folded if len(folded) == 1 else character.lower()
    letter = unicodedata.normalize("NFD", folded)[0]
    return letter if letter.isascii() else folded
