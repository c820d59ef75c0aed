"""Guests: people without an account, where the operator lets in only those of them who know a password.

The password is one for all, so it says of nobody who he is. Wrong ones are counted by network, as those of
people who sign in are, and over the limit the right one is refused as well: let in, it would tell that it is
right.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from mailweir.policy.networks import network_of
from mailweir.policy.throttle import Cells
from mailweir.policy.visibility import Guest
from mailweir.ports.clock import Clock

BY_NETWORK: Final = 30
"""Wrong passwords from one network at once; then one every two seconds."""

_MOST: Final = 10_000  # cells, 2 MB: that many networks can be over the limit at once


def _by_network() -> Cells:
    return Cells(burst=BY_NETWORK, interval=2.0, most=_MOST)


@dataclass(frozen=True, slots=True)
class Guests:
    """`password` is None where nobody is asked for one."""

    password: str | None = field(repr=False)
    clock: Clock
    networks: Cells = field(default_factory=_by_network)

    def look(self, given: str | None, ip: str) -> Guest:
        """What somebody at that address is, by what he gave, if anything. A wrong password is counted."""
        if self.password is None or given is None:
            return Guest.NO
        right = hmac.compare_digest(_digest(given), _digest(self.password))
        network, now = network_of(ip), self.clock.monotonic()
        if not self.networks.allows(network, now):
            return Guest.TOO_MANY_WRONG
        if not right:
            self.networks.charge(network, now)
            return Guest.NO
        return Guest.YES


def _digest(password: str) -> bytes:
    """Of one length whatever is given: how long the comparison takes tells nothing."""
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest()
