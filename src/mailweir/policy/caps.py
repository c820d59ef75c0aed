"""How many connections may be open from one address, and from those that belong together with it.

    caps = Caps(Ceilings(), share=2)
    if (excess := caps.enter(ip, now)) is None:
        ...
        caps.leave(ip)

Who has one address of a /24 or /64 often has all of them, and a /16 or /48 is what one provider gives away:
so there are three ceilings, each three times the one before, as mox has them (`smtpserver/server.go`). The
tables of what is open hold no more keys than there are connections; those of what was opened are bounded.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv6Address
from types import MappingProxyType
from typing import Final

from mailweir.policy.networks import is_loopback, widths
from mailweir.policy.throttle import Cells

MOST_KEYS: Final = 10_000
"""Keys of each table of what was opened, 250 octets each. Who comes once is in debt for a fifth of a second:
to have others forgiven, an attacker needs 50,000 addresses that connect in each second."""

_MINUTE: Final = 60.0


class Width(IntEnum):
    """How much of an address is looked at: all, its /24 or /64, its /16 or /48."""

    ADDRESS = 0
    NETWORK = 1
    REGION = 2


_WIDTHS: Final = tuple(Width)  # going through the class itself takes four times as long


@dataclass(frozen=True, slots=True)
class Excess:
    """Which ceiling is reached. `rate` says that it is that of new connections in a minute."""

    width: Width
    most: int
    rate: bool


@dataclass(frozen=True, slots=True)
class Ceilings:
    """One number for each `Width`, of the whole machine; 0 is none."""

    open: tuple[int, int, int] = (30, 90, 270)
    new: tuple[int, int, int] = (300, 900, 2700)
    """In a minute."""


class Caps:
    """Counts the connections of one process, which has one of `share` equal parts of what is allowed.

    With `acting` false everybody enters, and what would have been refused is counted. With `loopback` false
    the machine itself is not counted. Times are in seconds of one stopwatch.
    """

    __slots__ = ("_loopback", "_new", "_open", "_refused", "_share", "acting", "ceilings")

    def __init__(
        self, ceilings: Ceilings, *, share: int = 1, acting: bool = True, loopback: bool = True
    ) -> None:
        self.acting = acting
        self._loopback = loopback
        self._share = share
        self._refused: Counter[Excess] = Counter()
        self._open: tuple[dict[str, int], ...] = ({}, {}, {})
        self.change(ceilings)

    def change(self, ceilings: Ceilings) -> None:
        """Other ceilings from now on; who is here stays."""
        self.ceilings = ceilings
        self._new = tuple(self._cells(most) for most in ceilings.new)

    @property
    def refused(self) -> Mapping[Excess, int]:
        """How often each ceiling was reached."""
        return MappingProxyType(self._refused)

    def counts(self, ip: str) -> bool:
        """Whether connections from there are counted: of an address that nobody knows none is."""
        return bool(ip) and (self._loopback or not is_loopback(ip))

    def enter(self, ip: str, now: float) -> Excess | None:
        """A connection is made: counts it, or says why it may not be. Costs nothing when it is refused."""
        keys = _keys(ip)
        excess = self._excess(keys, now)
        if excess is not None:
            self._refused[excess] += 1
            if self.acting:
                return excess
        for table, key in zip(self._open, keys, strict=True):
            table[key] = table.get(key, 0) + 1
        for cells, key in zip(self._new, keys, strict=True):
            if cells is not None:
                cells.charge(key, now)
        return None

    def leave(self, ip: str) -> None:
        """A connection that had entered is gone."""
        for table, key in zip(self._open, _keys(ip), strict=True):
            left = table[key] - 1
            if left:
                table[key] = left
            else:
                del table[key]

    def kept_of_open(self) -> int:
        """How many keys are kept of what is open."""
        return sum(map(len, self._open))

    def kept_of_new(self) -> int:
        """How many keys are kept of what was opened."""
        return sum(len(cells) for cells in self._new if cells is not None)

    def _excess(self, keys: tuple[str, str, str], now: float) -> Excess | None:
        for width in _WIDTHS:
            most = self.ceilings.open[width]
            if most and self._open[width].get(keys[width], 0) >= self._part(most):
                return Excess(width, most, rate=False)
        for width in _WIDTHS:
            cells = self._new[width]
            if cells is not None and not cells.allows(keys[width], now):
                return Excess(width, self.ceilings.new[width], rate=True)
        return None

    def _cells(self, most: int) -> Cells | None:
        part = self._part(most)
        return Cells(burst=part, interval=_MINUTE / part, most=MOST_KEYS) if part else None

    def _part(self, most: int) -> int:
        return math.ceil(most / self._share)


def unmapped(ip: str) -> str:
    """An IPv4 address that is written as one of IPv6 (RFC 4291 §2.5.5.2) as itself; others as they are."""
    if not ip.startswith("::ffff:"):
        return ip
    mapped = IPv6Address(ip).ipv4_mapped
    return ip if mapped is None else str(mapped)


def _keys(ip: str) -> tuple[str, str, str]:
    _, network, region = widths(ip)
    return ip, network, region
