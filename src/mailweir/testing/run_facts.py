"""A run of a server: addresses that one test session has for itself, made without a call for each."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_LONGEST: Final = 40  # characters of an address after the run's prefix
_RANDOM: Final = 10  # of them that nobody guesses: 50 bits
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a server says of a run; `created` and `expires` as ISO 8601, by its clock."""

    id: str
    prefix: str
    domain: str
    created: str
    expires: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "RunFacts":
        """That of the server's JSON."""
        return cls(data["id"], data["prefix"], data["domain"], data["created"], data["expires"])

    def address(self, name: str = "") -> str:
        """An address of the run that nobody had before, named for what it is for."""
        end = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
        slug = slug_of(name, _LONGEST - _RANDOM - 1)
        return f"{self.prefix}{slug}-{end}@{self.domain}" if slug else f"{self.prefix}{end}@{self.domain}"


def slug_of(name: str, longest: int) -> str:
    """A name in small letters, digits and hyphens, with as much of its end as fits; it may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[-longest:].strip("-")
