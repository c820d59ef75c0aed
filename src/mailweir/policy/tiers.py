"""How often whoever hands in mail may do so: one table of rates for each thing that a sender has.

Each tier lets a burst through, and then so many a second; who comes faster is held for up to the tier's
patience, and told to come later beyond it. Rates are for one process. None of them slows anybody who sends
one message a second.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from mailweir.model.ruling import Rule
from mailweir.policy.throttle import Cells

KEYS: Final = 16_384
"""Keys that are kept in each tier, the busiest of late: 2 MiB."""

LONGEST: Final = 60.0
"""Seconds that an answer is held at the most; RFC 5321 §4.5.3.2 has clients wait for five minutes."""


class Tier(Struct, frozen=True):
    """`rate` messages a second after a `burst`; `patience` in seconds, LONGEST at the most."""

    rule: Rule
    rate: float
    burst: int
    patience: float


DEFAULTS: Final[Mapping[Rule, Tier]] = {
    tier.rule: tier
    for tier in (
        Tier(Rule.ADDRESS, 10.0, 100, 0.5),
        Tier(Rule.NETWORK, 30.0, 300, 1.0),
        Tier(Rule.WIDE_NETWORK, 100.0, 1_000, 1.0),
        Tier(Rule.HELLO, 50.0, 500, 2.0),
        Tier(Rule.SENDER_DOMAIN, 50.0, 500, 2.0),
        Tier(Rule.SENDER_FAMILY, 100.0, 1_000, 2.0),
        Tier(Rule.NULL_SENDER, 20.0, 200, 2.0),
        Tier(Rule.FROM_DOMAIN, 50.0, 500, 2.0),
        Tier(Rule.REPLY_TO, 20.0, 200, 2.0),
        Tier(Rule.INBOX, 5.0, 100, 5.0),
        Tier(Rule.RECIPIENT_HOST, 1_000.0, 10_000, 1.0),
        Tier(Rule.ACCOUNT, 50.0, 1_000, 10.0),
    )
}
"""What holds when nothing else is said."""


class Delay(Struct, frozen=True, gc=False):
    """A message is ahead of its turn in a tier, by so many seconds."""

    tier: Tier
    subject: str
    seconds: float

    @property
    def is_held(self) -> bool:
        """Whether its answer waits for that turn; else it has to come again."""
        return self.seconds <= self.tier.patience


class Tiers:
    """The counters of all tiers. Times in seconds of one stopwatch."""

    def __init__(self, tiers: Mapping[Rule, Tier] = DEFAULTS, keys: int = KEYS) -> None:
        self._keys = keys
        self._rows = {rule: self._row(tier) for rule, tier in tiers.items()}

    def take(self, keys: Iterable[tuple[Rule, str]], now: float) -> Delay | None:
        """Counts a message by its keys, until one of them has it come later. None when its turn is now."""
        longest: Delay | None = None
        for rule, key in keys:
            tier, cells = self._rows[rule]
            wait = cells.take(key, now, tier.patience)
            if wait and (longest is None or wait > longest.seconds):
                longest = Delay(tier, key, wait)
                if not longest.is_held:
                    break
        return longest

    def refund(self, keys: Iterable[tuple[Rule, str]]) -> None:
        """A message that was counted by its keys was taken by nobody."""
        for rule, key in keys:
            self._rows[rule][1].refund(key)

    def set(self, tier: Tier) -> None:
        """Another rate from now on; whoever was in debt is in none."""
        self._rows[tier.rule] = self._row(tier)

    def tier(self, rule: Rule) -> Tier:
        """What holds now."""
        return self._rows[rule][0]

    def _row(self, tier: Tier) -> tuple[Tier, Cells]:
        return tier, Cells(burst=tier.burst, interval=1.0 / tier.rate, most=self._keys)
