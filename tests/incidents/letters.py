"""What messages of a flood are made of: names and words that are never the same twice.

Everything comes from the `Random` that is handed in, so that a seed gives the same flood again.
"""

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

_CONSONANTS: Final = "bcdfghklmnprstvwz"
_VOWELS: Final = "aeiou"
_SENTENCES: Final = 4_000
_WORDS: Final = 3_000


class Letter(NamedTuple):
    """One message as a client sends it. `content` has its dots stuffed and its end."""

    sender: bytes
    recipient: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """What the header of a message says. `reply_to` is empty where there is none."""

    sender: str
    recipient: str
    reply_to: str
    subject: str
    number: int


class Words:
    """A language of its own: words and sentences that no two messages share in the same order."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.words = [self._word() for _ in range(_WORDS)]
        self._sentences = [
            (" ".join(chance.choices(self.words, k=chance.randint(6, 14))) + ".\r\n").encode()
            for _ in range(_SENTENCES)
        ]

    def subject(self) -> str:
        return " ".join(self._chance.choices(self.words, k=5))

    def text(self, sentences: int = 12) -> bytes:
        return b"".join(self._chance.choices(self._sentences, k=sentences))

    def name(self) -> str:
        """A word with a number, which is rarely given twice."""
        return f"{self._chance.choice(self.words)}{self._chance.randrange(10**6)}"

    def host(self, under: str, deep: int = 6) -> str:
        """A host so many labels under a name; never the same twice, but by a chance of one in billions."""
        labels = self._chance.choices(self.words, k=deep - 1)
        return f"{self.name()}.{'.'.join(labels)}.{under}"

    def _word(self) -> str:
        pairs = self._chance.randint(2, 4)
        return "".join(self._chance.choice(_CONSONANTS) + self._chance.choice(_VOWELS) for _ in range(pairs))
