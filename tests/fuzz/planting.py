"""Plants a defect in a copy of the product, and looks how long a target takes to find it."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fuzz.catalogue import TARGETS
from fuzz.running import Turn, fails, prepare
from fuzz.workplace import SOURCE, Workplace

LIMIT: Final = 60.0
"""Seconds within which a target finds a defect, or is worthless."""

_LOOK: Final = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Defect:
    """`right`, which stands exactly once in that file of the product, made `wrong`."""

    target: str
    file: str
    right: str
    wrong: str


class StaleDefectError(Exception):
    """What a defect changes does not stand exactly once in the product any more."""


class ShallowDefectError(Exception):
    """The seeds alone find a defect: it says nothing about the search."""


def plant(defect: Defect, source: Path) -> None:
    """Copies the product to `source`, with this defect in it."""
    shutil.copytree(SOURCE / "mailweir", source / "mailweir", ignore=shutil.ignore_patterns("__pycache__"))
    file = source / "mailweir" / defect.file
    text = file.read_text(encoding="utf-8")
    if (count := text.count(defect.right)) != 1:
        raise StaleDefectError(f"{defect.file} has {count} times, not once: {defect.right}")
    file.write_text(text.replace(defect.right, defect.wrong), encoding="utf-8")


class BrokenWorkerError(Exception):
    """A worker ended before it had looked: atheris is missing, or it does not work here."""


def find(defect: Defect, *, limit: float = LIMIT, seed: int = 1) -> float | None:
    """Seconds until it was found, beginning with the seeds alone; None when it was not."""
    with tempfile.TemporaryDirectory(prefix="mailweir-fuzz-") as folder:
        source = Path(folder) / "src"
        plant(defect, source)
        place = Workplace(defect.target, Path(folder) / "kept")
        target = TARGETS[defect.target]
        prepare(target, place)
        if fails(target, *place.seeds.iterdir(), source=source):
            raise ShallowDefectError(f"the seeds of {target.name} find: {defect.wrong}")
        begun = time.monotonic()
        turn = Turn(target, limit, place, source=source, seed=seed)
        try:
            while not turn.over:
                time.sleep(_LOOK)  # noqa: TID251  nobody tells us
        finally:
            turn.interrupt()
        seconds = time.monotonic() - begun
        outcome = turn.outcome()
        if outcome.broken:
            raise BrokenWorkerError(f"{outcome.notes}\n{place.log.read_text(errors='replace')[-2000:]}")
        return seconds if outcome.findings else None
