"""What the throttles decide, as rulings: with the figures that it went by, and a code that finds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from mailweir.model.ban import Ban, Subject
from mailweir.model.ruling import SUBJECT_LENGTH, Action, Rule, Ruling
from mailweir.policy.heavy_hitters import Conviction, readable
from mailweir.policy.tiers import Delay
from mailweir.ports.clock import Clock

_CODE: Final = 5  # octets


@dataclass(frozen=True, slots=True)
class Rulings:
    """`secret` keys the codes, so that nobody outside can make one; no longer than 64 octets."""

    secret: bytes
    clock: Clock

    def code(self, rule: Rule, subject: str) -> str:
        """What a reply carries so that its reason can be found."""
        named = f"{rule.value}\n{subject}".encode("utf-8", "replace")
        return blake2b(named, digest_size=_CODE, key=self.secret).hexdigest()

    def of_delay(self, delay: Delay) -> Ruling:
        """A message that came ahead of its turn."""
        action = Action.SLOW if delay.is_held else Action.LATER
        return self._made(action, delay.tier.rule, delay.subject, delay.seconds, _figures(delay))

    def of_offender(self, delay: Delay, subject: Subject, seconds: float) -> Ruling:
        """An address that came ahead of its turn so often that it is banned for a while."""
        return self._made(Action.BAN, delay.tier.rule, f"network {subject}", seconds, _figures(delay))

    def of_conviction(self, conviction: Conviction, seconds: float) -> Ruling:
        """A message that looks like part of a flood."""
        subject = f"{conviction.facet.value} {readable(conviction.facet, conviction.key)}"
        figures = {
            "messages": round(conviction.count),
            "share": round(conviction.share, 3),
            "hosts": conviction.hosts,
        }
        return self._made(Action.LATER, Rule.FLOOD, subject, seconds, figures)

    def of_ban(self, ban: Ban | None) -> Ruling | None:
        """What the blocklist says; None when it says nothing."""
        if ban is None:
            return None
        expires = ban.terms.expires
        left = 0.0 if expires is None else max(expires - self.clock.now(), 0) / 1000
        # A rule's ban is over soon, and what it has said of the address holds no longer than it.
        rule = Rule.ADDRESS if ban.register == "rule" else Rule.BAN
        return self._made(Action.BAN, rule, f"{ban.subject.kind} {ban.subject}", left, {})

    def of_connection(self, ip: str) -> Ruling:
        """A connection that was turned away."""
        return self._made(Action.LATER, Rule.CONNECTION, ip, 0.0, {})

    def _made(
        self, action: Action, rule: Rule, subject: str, seconds: float, figures: Mapping[str, float]
    ) -> Ruling:
        short = subject[:SUBJECT_LENGTH]
        return Ruling(action, rule, seconds, short, figures, self.code(rule, short))


def _figures(delay: Delay) -> dict[str, float]:
    return {"rate": delay.tier.rate, "burst": delay.tier.burst, "ahead": round(delay.seconds, 3)}
