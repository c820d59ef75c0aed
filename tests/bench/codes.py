"""How well one-time codes are found in the mails of `corpora/codes`, and what a mail costs."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.reports import Report
from fakes.code_set import Mail, mails
from mailweir.wire.mime.codes import codes

_ROUNDS = 5


@dataclass(slots=True)
class Figures:
    """What became of some mails, counted."""

    right: int = 0
    wrong: int = 0
    none: int = 0
    clean: int = 0
    dirty: int = 0

    def shares(self) -> tuple[float, float, float, float]:
        """First right, first wrong and none of those with a code, clean of those without; in percent."""
        coded, bare = self.right + self.wrong + self.none, self.clean + self.dirty
        return (
            100 * self.right / max(coded, 1),
            100 * self.wrong / max(coded, 1),
            100 * self.none / max(coded, 1),
            100 * self.clean / max(bare, 1),
        )


def figures(of: Iterable[Mail]) -> Figures:
    """Looks for codes in each of the mails."""
    counted = Figures()
    for mail in of:
        found = codes(mail.subject, mail.text, mail.page_text)
        first = found[0].value if found else None
        if mail.expected is None:
            counted.clean += first is None
            counted.dirty += first is not None
        else:
            counted.right += first == mail.expected
            counted.none += first is None
            counted.wrong += first not in {None, mail.expected}
    return counted


def run(_data: Path, report: Report) -> None:
    """Prints it: whole, each part of the set, each language."""
    report.section("Codes", "How well one-time codes are found in a set of mails that was written for it.")
    everything = mails()
    report.command("python -m bench --only codes   # first right / wrong / none %; clean %")
    for name, part in (
        ("whole", everything),
        ("tune", [mail for mail in everything if not mail.held_out]),
        ("held-out", [mail for mail in everything if mail.held_out]),
    ):
        _bars(report, f"{name}, {len(part)} mails", figures(part))
    for language in sorted({mail.language for mail in everything}):
        part = [mail for mail in everything if mail.language == language]
        shares = " / ".join(f"{share:.1f}" for share in figures(part).shares())
        report.figure(f"{language}, {len(part)} mails", shares)
    report.figure("microseconds a mail", f"{_cost(everything) * 1e6:.0f}")


def _bars(report: Report, name: str, of: Figures) -> None:
    right, wrong, none, clean = of.shares()
    report.at_least(f"{name}: first right, %", right, 97, 1)
    report.at_most(f"{name}: first wrong, %", wrong, 1, 1)
    report.figure(f"{name}: none found, %", f"{none:.1f}")
    report.at_least(f"{name}: clean of those without a code, %", clean, 98, 1)


def _cost(everything: tuple[Mail, ...]) -> float:
    """Seconds for one mail."""
    begun = time.perf_counter()
    for _ in range(_ROUNDS):
        figures(everything)
    return (time.perf_counter() - begun) / _ROUNDS / len(everything)
