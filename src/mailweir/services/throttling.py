"""What the throttles of one door keep, in one process; `services/visiting` asks it about one peer's mail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Protocol

from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Rule
from mailweir.policy.heavy_hitters import HeavyHitters
from mailweir.policy.offenders import Offenders
from mailweir.policy.returning_senders import ReturningSenders
from mailweir.policy.tiers import Tiers
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.suffixes import Suffixes

_CODE: Final = 5  # octets


class Bans(Protocol):
    """What throttling asks of the blocklist, which is in memory."""

    def is_allowed(self, ip: str) -> bool:
        """Whether the operator has said that this address is never to be held back."""
        ...

    def ban_for_flooding(self, ip: str, seconds: float, why: str) -> None:
        """Takes nothing more from there for a while. In effect at once; never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """`secret` keys the hashes, so that nobody outside can aim at one; no longer than 64 octets.

    In a `dry_run` all is counted and explained, and nothing is decided. `explain` returns at once and
    never raises.
    """

    suffixes: Suffixes
    directory: Directory
    clock: Clock
    bans: Bans
    secret: bytes
    explain: Callable[[Explanation], None]
    dry_run: bool = False
    tiers: Tiers = field(default_factory=Tiers)
    floods: HeavyHitters = field(default_factory=HeavyHitters)
    returning: ReturningSenders = field(default_factory=ReturningSenders)
    offenders: Offenders = field(default_factory=Offenders)

    def hash(self, text: str) -> int:
        """Of what outsiders have chosen, 64 bits that they cannot choose."""
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, key=self.secret).digest()
        return int.from_bytes(digest, "big")

    def code(self, rule: Rule, subject: str) -> str:
        """What a reply carries so that its reason can be found."""
        named = f"{rule.value}\n{subject}".encode("utf-8", "replace")
        return blake2b(named, digest_size=_CODE, key=self.secret).hexdigest()
