"""Nodes that tell each other of bans over a bad network, with clocks that are wrong by up to an hour.

A seed decides everything: what people and rules do where, which messages are lost, doubled or late, who is
cut off, who starts anew with what is on his disk, whose clock is set. At the end all have heard of it all and
have to hold the same; and nobody may have been refused for a ban that was older than its lift.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from incidents.figures import Figure, exactly
from mailweir.model.ban import REGISTERS, Edit, Register, Stamp, Subject, Terms, Wish
from mailweir.policy.ban_editing import Editor
from mailweir.policy.ban_subjects import subject_of
from mailweir.policy.blocklist import REMEMBERED, Bans
from mailweir.policy.hybrid_clock import AHEAD, HybridClock

NODES: Final = 4
STEPS: Final = 120
LIMIT: Final = 8  # entries: rules may have four, so that their oldest bans go
HOUR: Final = 3600 * 1000
START: Final = 1_790_000_000_000
_TEXTS: Final = ("192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "spam.test", "bob@spam.test", "198.51.100.7")
SUBJECTS: Final = [one for one in map(subject_of, _TEXTS) if isinstance(one, Subject)]

Flaw = Literal["", "stamps cut", "no shield", "last to arrive"]
"""What is wrong on purpose, so that it is seen that it would be found."""


@dataclass
class Node:
    """One machine: what it knows, what is on its disk, and how wrong its clock is."""

    name: str
    skew: int
    bans: Bans
    hybrid: HybridClock
    book: list[Edit] = field(default_factory=list[Edit])
    unsaved: list[Edit] = field(default_factory=list[Edit])
    starts: int = 0

    def now(self, true: int) -> int:
        return true + self.skew

    def take(self, edit: Edit, true: int, flaw: Flaw) -> None:
        if flaw == "stamps cut" and edit.terms.stamp.wall > self.now(true) + AHEAD:
            edit = _cut(edit, self.now(true) + AHEAD)
        if flaw == "last to arrive":
            for name in edit.names:
                self.bans._tables[edit.register].remove(edit.kind, name)
        self.hybrid.observe(edit.terms.stamp, self.now(true))
        self.bans.merge(edit)
        self.book.append(edit)

    def restart(self) -> None:
        """With what is on the disk."""
        self.starts += 1
        self.unsaved.clear()
        self.bans, self.hybrid = Bans(LIMIT), HybridClock(f"{self.name}/{self.starts}")
        for edit in self.book:
            self.bans.merge(edit)

    def shorten(self, true: int) -> None:
        """Writes the book anew."""
        self.bans.forget(self.now(true))
        self.book = self.bans.edits()
        self.unsaved.clear()


@dataclass
class World:
    """What one seed brings about; `made`: when an edit was made in truth, `lifts`: what has to hold."""

    random: Random
    flaw: Flaw = ""
    true: int = START
    nodes: list[Node] = field(default_factory=list[Node])
    under_way: list[tuple[int, Edit]] = field(default_factory=list[tuple[int, Edit]])
    apart: set[int] = field(default_factory=set[int])
    made: dict[Stamp, int] = field(default_factory=dict[Stamp, int])
    lifts: list[tuple[Subject, Stamp]] = field(default_factory=list[tuple[Subject, Stamp]])
    late_bans: int = 0
    happened: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        for number in range(NODES):
            name = f"node{number}"
            skew = self.random.randint(-HOUR, HOUR)
            self.nodes.append(Node(name, skew, Bans(LIMIT), HybridClock(f"{name}/0")))

    def step(self) -> None:
        self.true += self.random.choices((0, 50, 60_000, 20 * 60_000, 12 * HOUR), (9, 9, 9, 9, 4))[0]
        what = self.random.choices(
            ("put", "rule", "lift", "deliver", "snapshot", "part", "restart", "clock", "save", "shorten"),
            (8, 10, 8, 40, 4, 3, 3, 3, 8, 2),
        )[0]
        self.happened[what] += 1
        number = self.random.randrange(NODES)
        getattr(self, f"_{what}")(number, self.nodes[number])
        self._look(self.nodes[number])

    def settle(self) -> None:
        """The network is whole again, and all tell each other all that they know."""
        for _ in range(2):
            for one in self.nodes:
                for other in self.nodes:
                    for edit in one.bans.edits():
                        other.take(edit, self.true, self.flaw)
                    self._look(other)

    def differences(self) -> int:
        """How many nodes hold something else than the first."""
        first, *others = [_dump(node.bans) for node in self.nodes]
        return sum(other != first for other in others)

    def lost_lifts(self) -> int:
        """How many lifts an older edit has undone."""
        return sum(
            (held := node.bans.get("block", subject)) is None or held.stamp < stamp
            for node in self.nodes
            for subject, stamp in self.lifts
            if self._age(stamp) < REMEMBERED - 2 * HOUR
        )

    def _put(self, number: int, node: Node) -> None:
        subjects = self.random.sample(SUBJECTS, self.random.randint(1, 2))
        register: Register = self.random.choice(("allow", "block", "block"))
        expires = self.random.choice((None, node.now(self.true) + self.random.randint(1, 4 * HOUR)))
        wish = Wish(expires, f"r{self.random.random()}", node.name)
        edits = Editor(node.bans, node.hybrid).put(register, subjects, wish, node.now(self.true))
        self._tell(number, node, edits, durable=True)

    def _rule(self, number: int, node: Node) -> None:
        now = node.now(self.true)
        wish = Wish(now + self.random.randint(1, 24 * HOUR), "flood", node.name)
        made = Editor(node.bans, node.hybrid).rule(self.random.choice(SUBJECTS), wish, now)
        if made is not None and made[1] is not None:
            self._tell(number, node, [made[1]], durable=False)

    def _lift(self, number: int, node: Node) -> None:
        subject = self.random.choice(SUBJECTS)
        found, edits = Editor(node.bans, node.hybrid).lift([subject], "ann", node.now(self.true))
        self._tell(number, node, edits, durable=True)
        if any(ban.register != "allow" for ban in found):
            self.lifts += [(subject, edit.terms.stamp) for edit in edits if edit.register == "block"]

    def _tell(self, number: int, node: Node, edits: Sequence[Edit], *, durable: bool) -> None:
        for edit in edits:
            self.made[edit.terms.stamp] = self.true
            node.bans.merge(edit)
            (node.book if durable else node.unsaved).append(edit)
            for to in range(NODES):
                if to != number and self.random.random() < 0.8:  # else it is lost
                    self.under_way += [(to, edit)] * self.random.choice((1, 1, 1, 2))

    def _deliver(self, number: int, node: Node) -> None:
        """Any message that is under way, in any order, to who can be reached."""
        del number, node
        for _ in range(min(3, len(self.under_way))):
            to, edit = self.under_way.pop(self.random.randrange(len(self.under_way)))
            if to in self.apart:
                self.under_way.append((to, edit))
            else:
                self.nodes[to].take(edit, self.true, self.flaw)
                self._look(self.nodes[to])

    def _snapshot(self, number: int, node: Node) -> None:
        other = self.random.randrange(NODES)
        if not {number, other} & self.apart:
            for edit in node.bans.edits():
                self.nodes[other].take(edit, self.true, self.flaw)
            self._look(self.nodes[other])

    def _part(self, number: int, node: Node) -> None:
        del node
        self.apart ^= {number}

    def _restart(self, number: int, node: Node) -> None:
        del number
        node.restart()

    def _clock(self, number: int, node: Node) -> None:
        del number
        node.skew = self.random.randint(-HOUR, HOUR)

    def _save(self, number: int, node: Node) -> None:
        del number
        node.book += node.unsaved
        node.unsaved.clear()

    def _shorten(self, number: int, node: Node) -> None:
        del number
        node.shorten(self.true)

    def _look(self, node: Node) -> None:
        """Whether a rule's ban is in force that is older, in truth, than a lift of which this node knows."""
        for subject in SUBJECTS:
            said, ruled = node.bans.get("block", subject), node.bans.get("rule", subject)
            if said is None or ruled is None or not said.lifted:
                continue
            now = node.now(self.true)
            holds = any(ban.register == "rule" for ban in node.bans.of(subject, now))
            holds = ruled.in_force(now) if self.flaw == "no shield" else holds
            self.late_bans += holds and self._age(ruled.stamp) >= self._age(said.stamp)

    def _age(self, stamp: Stamp) -> int:
        """In truth."""
        return self.true - self.made.get(stamp, self.true)


def _cut(edit: Edit, wall: int) -> Edit:
    terms = edit.terms
    stamp = Stamp(wall, 0, terms.stamp.writer)
    cut = Terms(stamp, terms.created, terms.expires, terms.lifted, terms.reason, terms.origin)
    return Edit(edit.register, edit.kind, edit.names, cut)


def _dump(bans: Bans) -> dict[tuple[Register, Subject], Terms]:
    return {
        (register, subject): terms
        for register in REGISTERS
        for subject in SUBJECTS
        if (terms := bans.get(register, subject)) is not None
    }


def simulated(seed: int, flaw: Flaw = "") -> World:
    """All that this seed brings about, to the end."""
    world = World(Random(seed), flaw)
    for _ in range(STEPS):
        world.step()
    world.apart.clear()
    world.settle()
    return world


def run(*, seeds: int, first: int = 0) -> list[Figure]:
    """The incident with its bars."""
    divergent = lost = late = lifts = 0
    for seed in range(first, first + seeds):
        world = simulated(seed)
        divergent += world.differences() > 0
        lost += world.lost_lifts()
        late += world.late_bans
        lifts += len(world.lifts)
    return [
        exactly(f"seeds of {seeds:,} after which nodes held different bans", divergent, 0),
        exactly(f"lifts of {lifts:,} that an older edit has undone", lost, 0),
        exactly("times that a ban older than a known lift was in force", late, 0),
    ]
