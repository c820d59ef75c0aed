"""Every delivery that is slowed, put off or refused leaves its reason: all are counted, some are kept.

In a flood the same reason comes thousands of times a second, so that few of each are kept.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action, Rule
from mailweir.ports.clock import Clock

KEPT: Final = 50
"""Explanations that a process keeps in a second."""

KEPT_OF_ONE: Final = 5
"""The same of one reason, so that a flood does not hide what befalls others."""

_SECOND: Final = 1.0


class Explaining:
    """`keep` is given what is kept; it returns at once and never raises."""

    def __init__(self, clock: Clock, keep: Callable[[Explanation], None]) -> None:
        self.counts: Counter[tuple[Rule, Action, bool]] = Counter()
        """How many there were of each rule and action, those of dry runs (False) apart."""
        self._clock = clock
        self._keep = keep
        self._begun = float("-inf")
        self._kept: Counter[tuple[str, Action]] = Counter()  # by code and action, in this second

    def explain(self, explanation: Explanation) -> None:
        """One more. Returns at once and never raises."""
        ruling = explanation.ruling
        self.counts[ruling.rule, ruling.action, explanation.acted] += 1
        now = self._clock.monotonic()
        if now - self._begun >= _SECOND:
            self._begun = now
            self._kept.clear()
        reason = ruling.code, ruling.action
        if self._kept[reason] < KEPT_OF_ONE and self._kept.total() < KEPT:
            self._kept[reason] += 1
            self._keep(explanation)
