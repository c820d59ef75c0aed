"""What the throttles of one door keep, in one process; `services/visiting` asks it about one peer's mail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from mailweir.model.explanation import Explanation
from mailweir.policy.heavy_hitters import HeavyHitters
from mailweir.policy.offenders import Offenders
from mailweir.policy.returning_senders import ReturningSenders
from mailweir.policy.tiers import Tiers
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.suffixes import Suffixes
from mailweir.services.blocklist import Blocklist
from mailweir.services.rulings import Rulings


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """`secret` keys the hashes, so that nobody outside can aim at one; no longer than 64 octets.

    `throttle` as the setting: in a `dry-run` all is counted and explained, and nothing is decided. Bans hold
    in any case. `explain` returns at once and never raises.
    """

    suffixes: Suffixes
    directory: Directory
    clock: Clock
    blocklist: Blocklist
    secret: bytes
    explain: Callable[[Explanation], None]
    throttle: Literal["on", "dry-run", "off"] = "on"
    tiers: Tiers = field(default_factory=Tiers)
    floods: HeavyHitters = field(default_factory=HeavyHitters)
    returning: ReturningSenders = field(default_factory=ReturningSenders)
    offenders: Offenders = field(default_factory=Offenders)
    rulings: Rulings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rulings", Rulings(self.secret, self.clock))

    def hash(self, text: str) -> int:
        """Of what outsiders have chosen, 64 bits that they cannot choose."""
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, key=self.secret).digest()
        return int.from_bytes(digest, "big")
