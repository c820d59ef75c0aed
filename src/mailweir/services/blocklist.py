"""The blocklist as one process has it: asked without waiting, edited by people and by rules, on the disk.

What others write into the node's book is known within a tenth of a second. What is known stays known when the
book cannot be read. A ban that a rule makes holds here at once, and is written down soon.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.address import Address, Inbox
from mailweir.model.ban import (
    LONGEST_REASON,
    Ban,
    Edit,
    Holder,
    Kind,
    Name,
    Position,
    Register,
    Stamp,
    Subject,
    Terms,
)
from mailweir.policy.ban_subjects import Bounds, Unfit
from mailweir.policy.blocklist import shields
from mailweir.services.ban_keeping import BanKeeping

LONGEST_RULE_BAN: Final = 24 * 3600.0
"""Seconds: no rule bans for longer at a time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How people want entries to be. `expires`: milliseconds since the epoch, None for no end."""

    expires: int | None
    reason: str
    origin: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Up to where the book has to be held for an edit to hold, and what was refused, with the reason."""

    position: Position
    kept: int
    refused: Sequence[tuple[Subject, Unfit]] = ()


class Blocklist:
    """To be used on one running loop, `load` aside."""

    def __init__(self, keeping: BanKeeping, bounds: Bounds, *, limit: int) -> None:
        """`limit`: the most entries; rules have at most half of them."""
        self._keeping = keeping
        self._bounds = bounds
        self._limit = limit
        self.load = keeping.load
        self.run = keeping.run
        self.catch_up = keeping.catch_up
        self.close = keeping.close

    @property
    def position(self) -> Position:
        """How much of the node's book this process goes by."""
        return self._keeping.position

    def __len__(self) -> int:
        return len(self._keeping.bans)

    def ban_on_peer(self, ip: str) -> Ban | None:
        """What refuses a connection from there."""
        return self._keeping.bans.peer(ip, self._now())

    def allowed_peer(self, ip: str) -> bool:
        """Whether people have let that address in by name."""
        return self._keeping.bans.allows_peer(ip, self._now())

    def ban_on_hello(self, name: str) -> Ban | None:
        """What refuses who greets so."""
        return self._keeping.bans.hello(name, self._now())

    def ban_on_sender(self, sender: Address | None) -> Ban | None:
        """What refuses mail of that sender; None for the null path, which is nobody's."""
        return None if sender is None else self._keeping.bans.sender(sender, self._now())

    def ban_on_domain(self, host: str) -> Ban | None:
        """What refuses mail of senders at a host, which is in A-labels."""
        return self._keeping.bans.domain(host, self._now())

    def ban_on_recipient(self, inbox: Inbox) -> Ban | None:
        """What refuses mail for that inbox."""
        return self._keeping.bans.recipient(inbox, self._now())

    def entries(self, subject: Subject | None = None) -> list[Ban]:
        """All entries in force, or those of that very subject."""
        bans, now = self._keeping.bans, self._now()
        return list(bans.in_force(now)) if subject is None else bans.of(subject, now)

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls `callback` soon after entries have changed, until the returned function is called."""
        return self._keeping.on_change(callback)

    def holders(self) -> Sequence[Holder]:
        """The processes of this node that go by the book, and how far. Raises UnavailableError."""
        return self._keeping.book.holders()

    def ban_now(self, subject: Subject, *, seconds: float, reason: str, rule: str) -> Ban | None:
        """A rule bans: it holds here at once, and is written down soon.

        None when it must not: when that would shut out too many, or people have said otherwise. No rule makes
        an end sooner that is there already.
        """
        bans, now = self._keeping.bans, self._now()
        if self._bounds.unfit(subject, "rule") is not None:
            return None
        said = bans.get("block", subject)
        let_in = bans.get("allow", subject)
        if (said is not None and shields(said, now)) or (let_in is not None and let_in.in_force(now)):
            return None
        held = bans.get("rule", subject)
        expires = now + round(min(seconds, LONGEST_RULE_BAN) * 1000)
        if held is not None and not held.lifted and held.expires is not None and held.expires >= expires:
            return Ban("rule", subject, held)
        replaced = () if held is None else (held.stamp,)
        terms = self._terms(replaced, Wish(expires, reason, rule), lifted=False)
        self._keeping.put_soon(Edit("rule", subject.kind, (subject.name,), terms))
        return Ban("rule", subject, terms)

    async def put(self, register: Register, subjects: Sequence[Subject], wish: Wish) -> Kept:
        """People block or allow these. It is on the disk, and holds here, when this returns.

        Raises UnavailableError, and then nothing of it holds.
        """
        async with self._keeping.writing():
            fit, refused = self._sorted(register, subjects)
            bans = self._keeping.bans
            replaced = [held.stamp for one in fit if (held := bans.get(register, one)) is not None]
            edits = _edits(register, fit, self._terms(replaced, wish, lifted=False))
            return Kept(await self._keeping.put(edits), len(fit), refused)

    async def lift(self, subjects: Sequence[Subject], origin: str) -> tuple[list[Ban], Position]:
        """Takes every entry of these very subjects out; which those were. Raises as `put`.

        No rule bans them for two hours from now on.
        """
        async with self._keeping.writing():
            found = [ban for subject in subjects for ban in self.entries(subject)]
            if not found:
                return [], self.position
            terms = self._terms([ban.terms.stamp for ban in found], Wish(None, "lifted", origin), lifted=True)
            # What a rule has said is lifted by people's word, since that is what keeps the rule off.
            edits = [
                *_edits("allow", [ban.subject for ban in found if ban.register == "allow"], terms),
                *_edits("block", [ban.subject for ban in found if ban.register != "allow"], terms),
            ]
            return found, await self._keeping.put(edits)

    def _sorted(
        self, register: Register, subjects: Sequence[Subject]
    ) -> tuple[list[Subject], list[tuple[Subject, Unfit]]]:
        fit: list[Subject] = []
        refused: list[tuple[Subject, Unfit]] = []
        room = self._room()
        bans = self._keeping.bans
        for subject in dict.fromkeys(subjects):
            unfit = self._bounds.unfit(subject, register)
            new = unfit is None and bans.get(register, subject) is None
            if new and room <= 0:
                unfit = Unfit(f"the blocklist is full ({self._limit:,} entries, the setting blocklist_limit)")
            if unfit is not None:
                refused.append((subject, unfit))
                continue
            room -= new
            fit.append(subject)
        return fit, refused

    def _room(self) -> int:
        """How many entries there may still be, once what has ended long ago is forgotten."""
        bans = self._keeping.bans
        if len(bans) >= self._limit:
            bans.forget(self._now())
        return self._limit - len(bans)

    def _terms(self, replaced: Iterable[Stamp], wish: Wish, *, lifted: bool) -> Terms:
        """Stamped after whatever they replace."""
        now = self._now()
        stamp = self._keeping.hybrid.stamp(now, max(replaced, default=None))
        return Terms(stamp, now, wish.expires, lifted, wish.reason[:LONGEST_REASON], wish.origin)

    def _now(self) -> int:
        return self._keeping.clock.now()


def _edits(register: Register, subjects: Sequence[Subject], terms: Terms) -> list[Edit]:
    by_kind: dict[Kind, dict[Name, None]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, {})[subject.name] = None
    return [Edit(register, kind, tuple(names), terms) for kind, names in by_kind.items()]
