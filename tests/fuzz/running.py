"""Runs one target's worker for a while, and looks at what it found.

A worker is a process of its own: what crashes, hangs or eats memory ends it, and nobody else.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from fuzz.catalogue import Target
from fuzz.checking import HANGS, load
from fuzz.meter import Meter
from fuzz.outcomes import Outcome
from fuzz.workplace import SOURCE, TESTS, Workplace

MEMORY: Final = 1024  # MiB that a worker may use
_LATE: Final = 3 * HANGS  # seconds after its time in which a worker ends
_SOON: Final = 3.0  # seconds in which an interrupted one ends
_AGAIN: Final = 2 * HANGS  # seconds for a finding to fail again


class Turn:
    """One worker at work on one target, for so many seconds at the most.

    `source` is where the product lies that is fuzzed; another one for a copy with a defect in it.
    """

    def __init__(
        self,
        target: Target,
        seconds: float,
        workplace: Workplace,
        *,
        source: Path = SOURCE,
        seed: int = 0,
    ) -> None:
        self.target = target
        self._place = workplace
        self._source = source
        self._interrupted = False
        self._begun = time.monotonic()
        self._ends = self._begun + seconds
        prepare(target, workplace)
        with workplace.log.open("wb") as log:
            # A session of its own: an interrupt goes to who started it, who passes it on.
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "fuzz.worker",
                    target.name,
                    str(workplace.meter),
                    *self._flags(seconds, seed),
                ],
                cwd=workplace.folder,
                env=environment(source),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _flags(self, seconds: float, seed: int) -> list[str]:
        place = self._place
        if self.target.is_machine:
            return [str(seconds), str(place.folder)]
        return [
            f"-max_total_time={max(round(seconds), 1)}",
            f"-timeout={HANGS}",
            f"-rss_limit_mb={MEMORY}",
            f"-max_len={self.target.longest}",
            "-len_control=20",
            f"-seed={seed}",
            f"-dict={place.dictionary}",
            f"-artifact_prefix={place.found}/",
            "-print_final_stats=0",
            str(place.corpus),
            str(place.seeds),
        ]

    @property
    def over(self) -> bool:
        """Whether it has ended, by itself or because it is much too late."""
        if self._process.poll() is None and time.monotonic() > self._ends + _LATE:
            self._process.kill()
            self._process.wait()
        return self._process.poll() is not None

    @property
    def executions(self) -> int:
        """How many there were so far."""
        return Meter.read(self._place.meter)[0]

    def interrupt(self) -> None:
        """Has it end now; one that is about to begin may not hear of it, and is killed."""
        self._interrupted = self._process.poll() is None
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_SOON)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def outcome(self) -> Outcome:
        """What came of it, once it is over."""
        executions, slowest = Meter.read(self._place.meter)
        seconds = time.monotonic() - self._begun
        outcome = Outcome(self.target.name, executions, seconds, slowest=slowest / 1e9)
        for found in sorted(self._place.found.iterdir()):
            self._judge(found, outcome)
        outcome.corpus = sum(1 for _ in self._place.corpus.iterdir())
        if not outcome.findings and not outcome.notes and not self._ended_well:
            outcome.broken = True
            outcome.notes.append(
                f"{self.target.name} ended with {self._process.returncode}; see {self._place.log}"
            )
        return outcome

    @property
    def _ended_well(self) -> bool:
        return self._interrupted or self._process.returncode == 0

    def _judge(self, found: Path, outcome: Outcome) -> None:
        """A finding is what fails again by itself, and memory that grew over all executions."""
        octets = found.read_bytes()
        if (
            self.target.is_machine
            or found.name.startswith("oom-")
            or fails(self.target, found, source=self._source)
        ):
            outcome.findings.append(self._place.keep_finding(octets))
        else:
            outcome.notes.append(
                f"{self.target.name}: {found.name} does not fail again; was the machine busy?"
            )
        found.unlink()


def prepare(target: Target, workplace: Workplace) -> None:
    """What a worker begins with."""
    if target.is_machine:
        workplace.prepare((), ())
    else:
        module = load(target)
        workplace.prepare(module.seeds(), module.WORDS)
    Meter.make(workplace.meter)


def environment(source: Path) -> dict[str, str]:
    """Of a process that imports the product from `source`."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(source), str(TESTS)))}


def fails(target: Target, *findings: Path, source: Path = SOURCE) -> bool:
    """Whether the target fails on one of these in a process of its own, which nothing instruments."""
    if not findings:
        return False
    command = [sys.executable, "-m", "fuzz", "replay", f"--target={target.name}", *map(str, findings)]
    try:
        ended = subprocess.run(
            command, env=environment(source), capture_output=True, timeout=_AGAIN, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0
