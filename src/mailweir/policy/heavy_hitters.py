"""Which keys come often, from many different senders: floods in which no sender stands out (outage A).

Each message has a key in several *facets*, ordered from the narrow ones, which one tool or campaign has to
itself, to the wide ones, which strangers share. A key that comes often, with a great share of all mail, from
many different hosts is *convicted*. What a conviction explains is not counted towards wider keys: so a flood
with one Reply-To never brings the domain down that it shares with others.

Counts are those of `policy/sketches`: of late, and never too big, so that who is convicted has really come
so often. A flood that has ended is forgotten within a minute.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Final

from msgspec import Struct

from mailweir.policy.networks import network_called
from mailweir.policy.sketches import HALF_LIFE, Count, Key, Sketch
from mailweir.wire.mime.fingerprint import Fingerprint

DIVERSE: Final = 45
"""Bits that are set when about 50 different hosts have come."""

EVERY_ONE: Final = 150
"""Bits that are set when about 225 have: with that many of late, hardly two messages are from one host."""


class Facet(StrEnum):
    """What messages can have in common, from the narrow to the wide. `value` is how people read it."""

    BODY = "text"
    ATTACHMENT = "attachment"
    REPLY_TO = "Reply-To"
    TOOL = "domain and header shape"
    GIVEN = "given-away domains"
    SHAPE = "header shape"
    NETWORK = "network"
    HELLO = "HELO name"
    DOMAIN = "sender domain"
    FAMILY = "sender family"


class Bounds(Struct, frozen=True):
    """When a key is convicted: `count` messages of late, and `share` of all or `overwhelming` times `count`.

    `count` for a narrow key, `wide` for a wide one, which so comes second. `small` instead of `share` where
    every message is from a host of its own, unless strangers may have the key by chance. `given` for names
    that anybody gets for nothing, all under one suffix: it may be that of several floods at once.
    """

    count: int = 120
    wide: int = 240
    given: int = 80
    share: float = 0.2
    small: float = 0.05
    overwhelming: int = 5
    keys: int = 1024
    """Of each facet that are counted."""


NARROW: Final = frozenset({Facet.BODY, Facet.ATTACHMENT, Facet.REPLY_TO, Facet.TOOL, Facet.GIVEN})
_EVERY_GIVEN: Final = 60  # bits: of 80 messages hardly two are from one host
_BY_CHANCE: Final = frozenset({Facet.SHAPE, Facet.NETWORK, Facet.HELLO})


class Conviction(Struct):
    """A key that is held back while it keeps coming. Figures are of the moment at which it was convicted."""

    facet: Facet
    key: Key
    since: float
    count: float
    share: float
    hosts: int
    heat: float
    at: float

    def warm(self, now: float, most: float) -> None:
        """One more message with this key."""
        self.heat = min(self._left(now) + 1.0, most)
        self.at = now

    def holds(self, now: float, least: float) -> bool:
        """Whether it still comes often enough."""
        return self._left(now) >= least

    def _left(self, now: float) -> float:
        return self.heat * 0.5 ** (max(now - self.at, 0.0) / HALF_LIFE)


_HASH: Final = 8  # octets of a key that is one, in front of text
_MOST_CONVICTIONS: Final = 256  # at once; one of a facet's keys has at least a share of its count
_LIFTED: Final = 0.3  # of the bound: below, a conviction is lifted
_HOTTEST: Final = 1.5  # times the bound: so a conviction ends 35 seconds after its flood
_EXPLAINED: Final = 128  # keys of each facet that are counted of what falls under a conviction


class HeavyHitters:
    """All facets of all messages that one process has taken a look at. Times in seconds of one stopwatch."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._least_bound = min(self._bounds.count, self._bounds.wide, self._bounds.given)
        self._sketches = {facet: Sketch(self._bounds.keys) for facet in Facet}
        self._explained = {facet: Sketch(_EXPLAINED) for facet in Facet}
        self._all = Count(0.0)
        self._convictions: dict[tuple[Facet, Key], Conviction] = {}

    def judge(
        self, keys: Sequence[tuple[Facet, Key]], now: float, host: int, local: int
    ) -> Conviction | None:
        """Counts a message by its keys, narrow ones first; the narrowest conviction that it falls under."""
        self._all.add(now, 0, 0)
        for facet, key in keys:
            if (standing := self._standing(facet, key, now)) is not None:
                self._explain(keys, now, host, local)
                return standing
            count = self._sketches[facet].add(key, now, host, local)
            if count.count >= self._least_bound and self._is_flood(facet, count):
                return self._convict(facet, key, count, now)
        return None

    def standing(
        self, keys: Sequence[tuple[Facet, Key]], now: float, host: int, local: int
    ) -> Conviction | None:
        """The conviction that a message falls under of which no more than these keys are known yet."""
        for facet, key in keys:
            if (standing := self._standing(facet, key, now)) is not None:
                self._all.add(now, 0, 0)
                self._explain(keys, now, host, local)
                return standing
        return None

    @property
    def suspects(self) -> bool:
        """Whether anything may be convicted just now."""
        return bool(self._convictions)

    def convictions(self, now: float) -> Iterator[Conviction]:
        """Those that hold."""
        return (one for one in self._convictions.values() if one.holds(now, self._least(one.facet)))

    def top(self, facet: Facet, now: float, most: int) -> list[tuple[Key, Count]]:
        """The most frequent keys of one facet, whether a conviction explains them or not."""
        both = Sketch(2 * most)  # what is rare in either is none of them
        both.merge(self._sketches[facet], now)
        both.merge(self._explained[facet], now)
        return both.top(now, most)

    def total(self, now: float) -> float:
        """How many messages came of late, counted as keys are."""
        return self._all.fade(now)

    def put_off(self, keys: Sequence[tuple[Facet, Key]], now: float, host: int, local: int) -> None:
        """A message that was put off for another reason: people are told of what it has in common, too."""
        self._all.add(now, 0, 0)
        self._explain(keys, now, host, local)

    def _explain(self, keys: Sequence[tuple[Facet, Key]], now: float, host: int, local: int) -> None:
        """For people, who want to know of a flood all that it has in common."""
        for facet, key in keys:
            self._explained[facet].add(key, now, host, local)

    def _standing(self, facet: Facet, key: Key, now: float) -> Conviction | None:
        found = self._convictions.get((facet, key)) if self._convictions else None
        if found is None:
            return None
        if not found.holds(now, self._least(facet)):
            del self._convictions[facet, key]
            return None
        found.warm(now, self._bound(facet) * _HOTTEST)
        return found

    def _is_flood(self, facet: Facet, count: Count) -> bool:
        bound = self._bound(facet)
        if count.count < bound or count.hosts.bit_count() < DIVERSE:
            return False
        every_one = count.hosts.bit_count() >= (_EVERY_GIVEN if facet is Facet.GIVEN else EVERY_ONE)
        every_one = every_one and facet not in _BY_CHANCE
        share = self._bounds.small if every_one else self._bounds.share
        great = count.count >= share * self._all.count
        return great or count.count >= bound * self._bounds.overwhelming

    def _convict(self, facet: Facet, key: Key, count: Count, now: float) -> Conviction:
        convictions = self._convictions
        if len(convictions) >= _MOST_CONVICTIONS:
            coldest = min(convictions.values(), key=attrgetter("at"))
            del convictions[coldest.facet, coldest.key]
        share = count.count / max(self._all.count, 1.0)
        made = Conviction(facet, key, now, count.count, share, count.hosts.bit_count(), count.count, now)
        convictions[facet, key] = made
        return made

    def _bound(self, facet: Facet) -> int:
        if facet is Facet.GIVEN:
            return self._bounds.given
        return self._bounds.count if facet in NARROW else self._bounds.wide

    def _least(self, facet: Facet) -> float:
        return self._bound(facet) * _LIFTED


def readable(facet: Facet, key: Key) -> str:
    """A key for people: hashes in hexadecimal, networks as such."""
    if isinstance(key, str):
        return network_called(key) if facet is Facet.NETWORK else key
    return f"{key[:_HASH].hex()} {key[_HASH:].decode('utf-8', 'replace')}".strip()


def narrow_facets(made: Fingerprint, family: Key) -> list[tuple[Facet, Key]]:
    """What one tool or campaign has to itself; and the shape of its header, which others may have, too."""
    facets: list[tuple[Facet, Key]] = []
    if made.body:
        facets.append((Facet.BODY, made.body))
    if made.attachment:
        facets.append((Facet.ATTACHMENT, made.attachment))
    if made.reply_to:
        facets.append((Facet.REPLY_TO, made.reply_to))
    octets = family if isinstance(family, bytes) else family.encode("utf-8", "replace")
    facets += (Facet.TOOL, made.shape + octets), (Facet.SHAPE, made.shape)
    return facets
