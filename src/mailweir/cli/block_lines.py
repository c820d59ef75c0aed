"""A file of bans, one a line, as blocklists are handed about: comments follow `#` or `;`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from mailweir.model.ban import Kind, Subject
from mailweir.policy.ban_subjects import Unfit, subject_of

_STEP: Final = 20_000  # lines after which a person is told how far it is
_LONGEST: Final = 1_000  # characters of a line


@dataclass(slots=True)
class Lines:
    """Whom a file means, with the number of the line, and what it does not make clear."""

    subjects: dict[Subject, int] = field(default_factory=dict[Subject, int])
    refused: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def read_lines(lines: Iterable[str], kind: Kind | None, say: Callable[[str], None]) -> Lines:
    """All of them."""
    found = Lines()
    for number, line in enumerate(lines, 1):
        if number % _STEP == 0:
            say(f"{number:,} lines read")
        text = re.split(r"[#;]", line[:_LONGEST], maxsplit=1)[0].strip()
        if not text:
            continue
        subject = subject_of(text, kind)
        if isinstance(subject, Unfit):
            found.refused.append((number, subject.why))
        else:
            found.subjects.setdefault(subject, number)
    return found
