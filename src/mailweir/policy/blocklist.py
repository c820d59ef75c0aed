"""The converging set: whoever has got the same edits, in any order and any number of times, holds the same.

Of two edits of one entry the later holds, by their stamps. What has ended is remembered for a while, so that
an older edit which comes late does not bring it back. People win over rules: what they allow is let in, and
what they lift a rule does not ban for two hours, also when it was banned elsewhere at the same time.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from mailweir.model.address import Address, Inbox
from mailweir.model.ban import REGISTERS, Ban, Edit, Kind, Name, Register, Stamp, Subject, Terms
from mailweir.policy.ban_matching import Table
from mailweir.policy.hybrid_clock import AHEAD

SHIELD: Final = 2 * 3600 * 1000 + 2 * AHEAD
"""Milliseconds for which a lift keeps rules off: twice what clocks may be wrong by, and somewhat more."""

REMEMBERED: Final = 7 * 24 * 3600 * 1000
"""Milliseconds for which it is known of an ended entry that it has ended."""

_TOGETHER: Final = 5_000  # subjects of one edit in a snapshot
_SPARE: Final = 1_000  # stale notes of the oldest entries that are carried along

_REFUSING: Final[tuple[Register, ...]] = ("block", "rule")

_Ways = Sequence[tuple[Kind, Callable[[Table], Iterator[tuple[Name, Terms]]]]]
"""By which kinds of entries somebody is hit, and which of a register's they are."""


class Bans:
    """All entries that somebody knows. Rules have at most half of `limit`: their oldest bans go first."""

    __slots__ = ("_oldest", "_rules", "_tables")

    def __init__(self, limit: int) -> None:
        self._tables: dict[Register, Table] = {register: Table() for register in REGISTERS}
        self._rules = limit // 2
        self._oldest: list[tuple[Stamp, Kind, Name]] = []  # a heap of what rules have said

    def __len__(self) -> int:
        return sum(map(len, self._tables.values()))

    def get(self, register: Register, subject: Subject) -> Terms | None:
        """The entry of that very subject, ended or not."""
        return self._tables[register].get(subject.kind, subject.name)

    def merge(self, edit: Edit) -> int:
        """Takes an edit in, unless what is known is later; how many entries are others now."""
        table, kind, terms = self._tables[edit.register], edit.kind, edit.terms
        changed = 0
        for name in edit.names:
            held = table.get(kind, name)
            if held is None or _is_later(terms, held):
                table.put(kind, name, terms)
                changed += 1
                if edit.register == "rule":
                    heapq.heappush(self._oldest, (terms.stamp, kind, name))
        if changed and edit.register == "rule":
            self._make_room(table)
        return changed

    def peer(self, ip: str, now: int) -> Ban | None:
        """What refuses a peer; None also for what is no address."""
        packed = packed_ip(ip)
        return None if packed is None else self._refusing(_network_ways(packed), now)

    def allows_peer(self, ip: str, now: int) -> bool:
        """Whether people let that peer in."""
        if not self._tables["allow"]:
            return False
        packed = packed_ip(ip)
        return packed is not None and self._allowing(_network_ways(packed), now) is not None

    def hello(self, name: str, now: int) -> Ban | None:
        """What refuses who greets by that name, or by one that it is under."""
        if not self._names("hello"):
            return None
        return self._refusing(_ways(Subject("hello", name.lower().removesuffix("."))), now)

    def sender(self, address: Address, now: int) -> Ban | None:
        """What refuses mail of a sender, of his domain, or of one that it is under."""
        if not self._names("sender", "domain"):
            return None
        return self._refusing(_ways(Subject("sender", address.inbox)), now)

    def domain(self, host: str, now: int) -> Ban | None:
        """What refuses mail of senders at that host."""
        if not self._names("domain"):
            return None
        return self._refusing(_ways(Subject("domain", host)), now)

    def recipient(self, inbox: Inbox, now: int) -> Ban | None:
        """What refuses mail for an inbox, or for all of its host."""
        if not self._names("recipient"):
            return None
        return self._refusing(_ways(Subject("recipient", inbox)), now)

    def deciding(self, subject: Subject, now: int) -> Ban | None:
        """The entry by which that subject is refused, or let in (in the register `allow`)."""
        ways = _ways(subject)
        return self._allowing(ways, now) or self._hit(ways, now)

    def of(self, subject: Subject, now: int) -> list[Ban]:
        """The entries of that very subject that are in force."""
        return [
            Ban(register, subject, terms)
            for register in REGISTERS
            if (terms := self.get(register, subject)) is not None
            and self._holds(register, subject.kind, subject.name, terms, now)
        ]

    def in_force(self, now: int) -> Iterator[Ban]:
        """All entries that hold."""
        for register, table in self._tables.items():
            for kind, name, terms in table.items():
                if self._holds(register, kind, name, terms, now):
                    yield Ban(register, Subject(kind, name), terms)

    def edits(self) -> list[Edit]:
        """Everything, ended entries too, so that whoever merges it knows as much."""
        groups: dict[tuple[Register, Kind, int], tuple[Terms, list[Name]]] = {}
        for register, table in self._tables.items():
            for kind, name, terms in table.items():
                groups.setdefault((register, kind, id(terms)), (terms, []))[1].append(name)
        return [
            Edit(register, kind, tuple(names[start : start + _TOGETHER]), terms)
            for (register, kind, _), (terms, names) in groups.items()
            for start in range(0, len(names), _TOGETHER)
        ]

    def forget(self, now: int) -> None:
        """Lets go of what has ended long ago."""
        for table in self._tables.values():
            for kind, name, terms in list(table.items()):
                if _ended(terms, now) <= now - REMEMBERED:
                    table.remove(kind, name)

    def _refusing(self, ways: _Ways, now: int) -> Ban | None:
        ban = self._hit(ways, now)
        return None if ban is None or self._allowing(ways, now) is not None else ban

    def _hit(self, ways: _Ways, now: int) -> Ban | None:
        for register in _REFUSING:
            table = self._tables[register]
            for kind, hits in ways:
                for name, terms in hits(table):
                    if self._holds(register, kind, name, terms, now):
                        return Ban(register, Subject(kind, name), terms)
        return None

    def _allowing(self, ways: _Ways, now: int) -> Ban | None:
        table = self._tables["allow"]
        for kind, hits in ways:
            for name, terms in hits(table):
                if terms.in_force(now):
                    return Ban("allow", Subject(kind, name), terms)
        return None

    def _names(self, *kinds: Kind) -> bool:
        """Whether any name of these kinds is refused: mostly none is, and then none has to be spelled out."""
        return any(self._tables[register].has(kind) for register in _REFUSING for kind in kinds)

    def _holds(self, register: Register, kind: Kind, name: Name, terms: Terms, now: int) -> bool:
        if not terms.in_force(now):
            return False
        if register != "rule":
            return True
        said = self._tables["block"].get(kind, name)
        return said is None or not shields(said, terms.stamp.wall)

    def _make_room(self, table: Table) -> None:
        oldest = self._oldest
        while len(table) > self._rules:
            stamp, kind, name = heapq.heappop(oldest)
            held = table.get(kind, name)
            if held is not None and held.stamp == stamp:
                table.remove(kind, name)
        if len(oldest) > 2 * len(table) + _SPARE:
            self._oldest = [(terms.stamp, kind, name) for kind, name, terms in table.items()]
            heapq.heapify(self._oldest)


def shields(said: Terms, wall: int) -> bool:
    """Whether what people have said of a subject keeps off a rule's ban that is stamped so."""
    return said.lifted and wall <= said.stamp.wall + SHIELD


def _ways(subject: Subject) -> _Ways:
    kind, name = subject.kind, subject.name
    if isinstance(name, bytes):
        return ((kind, lambda table: table.around(name)),)
    host = name.rpartition("@")[2]
    if kind == "sender":
        return (
            (kind, lambda table: table.at("sender", name)),
            ("domain", lambda table: table.above("domain", host)),
        )
    if kind == "recipient":
        return (
            (kind, lambda table: table.at("recipient", name)),
            (kind, lambda table: table.at("recipient", host)),
        )
    return ((kind, lambda table: table.above(kind, name)),)


def _network_ways(packed: bytes) -> _Ways:
    return (("network", lambda table: table.over(packed)),)


@lru_cache(maxsize=4096)
def packed_ip(ip: str) -> bytes | None:
    """An address in 4 or 16 octets, an IPv4 address in IPv6's clothes (RFC 4291 §2.5.5.2) as what it is."""
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.packed
    return address.packed


def _is_later(one: Terms, other: Terms) -> bool:
    if one.stamp != other.stamp:
        return one.stamp > other.stamp
    return _content(one) > _content(other)  # never with honest writers, and then the same for everybody


def _content(terms: Terms) -> tuple[object, ...]:
    expires = -1 if terms.expires is None else terms.expires
    return (terms.lifted, terms.created, expires, terms.reason, terms.origin)


def _ended(terms: Terms, now: int) -> int:
    """When an entry ended; later than `now` when it has not."""
    if terms.lifted:
        return terms.created
    return now + 1 if terms.expires is None else terms.expires
