"""What came of fuzzing a target, and the table of all that was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """`seconds` of fuzzing; `slowest` execution in seconds of processor time; `corpus` inputs that are kept.

    `broken` says that a worker ended for another reason than a finding; `notes` says why.
    """

    target: str
    executions: int = 0
    seconds: float = 0.0
    corpus: int = 0
    slowest: float = 0.0
    findings: list[Path] = field(default_factory=list[Path])
    notes: list[str] = field(default_factory=list[str])
    broken: bool = False

    def add(self, other: "Outcome") -> None:
        """Takes what came of another turn of the same target."""
        self.executions += other.executions
        self.seconds += other.seconds
        self.corpus = other.corpus
        self.slowest = max(self.slowest, other.slowest)
        self.findings += [one for one in other.findings if one not in self.findings]
        self.notes += other.notes
        self.broken |= other.broken

    @property
    def rate(self) -> float:
        """Executions a second."""
        return self.executions / self.seconds if self.seconds else 0.0


_HEAD = ("target", "executions", "a second", "corpus", "slowest", "findings")


def table(outcomes: Iterable[Outcome]) -> str:
    """One line for each target, and one for all."""
    outcomes = list(outcomes)
    total = Outcome("all")
    for one in outcomes:
        total.add(one)
    total.corpus = sum(one.corpus for one in outcomes)
    return "\n".join(_line(row) for row in (_HEAD, *map(_row, outcomes), _row(total)))


def _row(one: Outcome) -> Sequence[str]:
    return (
        one.target,
        f"{one.executions:,}",
        f"{one.rate:,.0f}",
        f"{one.corpus:,}",
        f"{one.slowest * 1000:,.0f} ms",
        str(len(one.findings)),
    )


def _line(row: Sequence[str]) -> str:
    name, *numbers = row
    return f"{name:<14}" + "".join(f"{number:>13}" for number in numbers)
