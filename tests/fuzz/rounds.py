"""All targets in turn, a few workers at a time, until the time is over or there were enough executions."""

import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fuzz.catalogue import Target
from fuzz.outcomes import Outcome
from fuzz.running import Turn
from fuzz.workplace import Workplace, advice

_LOOK: Final = 0.1  # seconds
_PROGRESS: Final = 10.0  # seconds between two lines that tell how far it is


class Rounds:
    """Each target gets one turn in every round; one that has a finding, or is broken, gets no more.

    `seconds` is how long a round takes with that many workers; `kept` is where all is that was learnt.
    """

    def __init__(self, targets: Sequence[Target], *, seconds: float, workers: int, kept: Path) -> None:
        self.outcomes = {target.name: Outcome(target.name) for target in targets}
        self._targets = targets
        self._kept = kept
        self._workers = min(workers, len(targets))
        self._turn = seconds * self._workers / len(targets)
        self._running: list[Turn] = []
        self._seed = 0
        self._tells = time.monotonic()

    @property
    def executions(self) -> int:
        """How many there were, those of workers that are at work among them."""
        done = sum(outcome.executions for outcome in self.outcomes.values())
        return done + sum(turn.executions for turn in self._running)

    def run(self, executions: int) -> None:
        """One round, and more as long as there were fewer executions. An interrupt ends it early."""
        try:
            self._round()
            while self.executions < executions and self._sound():
                self._round()
        except KeyboardInterrupt:
            print("interrupted: what was found so far", file=sys.stderr)
            for turn in self._running:
                turn.interrupt()
        while self._running:
            self._finish(self._running[0])

    def _sound(self) -> list[Target]:
        outcomes = self.outcomes
        return [t for t in self._targets if not (outcomes[t.name].findings or outcomes[t.name].broken)]

    def _round(self) -> None:
        waiting = deque(self._sound())
        while waiting or self._running:
            while waiting and len(self._running) < self._workers:
                target = waiting.popleft()
                self._seed += 1
                seed = time.time_ns() % 1_000_000_000 + self._seed
                self._running.append(Turn(target, self._turn, Workplace(target.name, self._kept), seed=seed))
            time.sleep(_LOOK)  # noqa: TID251  nothing else is to be done here
            for turn in [turn for turn in self._running if turn.over]:
                self._finish(turn)
            self._tell()

    def _finish(self, turn: Turn) -> None:
        outcome = turn.outcome()
        self._running.remove(turn)
        self.outcomes[turn.target.name].add(outcome)
        for finding in outcome.findings:
            print(f"{turn.target.name} fails: {advice(finding)}", file=sys.stderr, flush=True)

    def _tell(self) -> None:
        if time.monotonic() < self._tells:
            return
        self._tells = time.monotonic() + _PROGRESS
        now = ", ".join(f"{turn.target.name} {turn.executions:,}" for turn in self._running)
        print(f"{self.executions:,} executions; now {now}", file=sys.stderr, flush=True)
