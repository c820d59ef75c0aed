"""The edits that people and rules make, from what is known and the time of day in milliseconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailweir.model.ban import LONGEST_REASON, Ban, Edit, Kind, Name, Register, Stamp, Subject, Terms, Wish
from mailweir.policy.blocklist import Bans, shields
from mailweir.policy.hybrid_clock import HybridClock


@dataclass(slots=True)
class Editor:
    """Makes them in the name of one writer, on what it knows."""

    bans: Bans
    hybrid: HybridClock

    def put(self, register: Register, subjects: Sequence[Subject], wish: Wish, now: int) -> list[Edit]:
        """People block or allow these."""
        replaced = [held.stamp for one in subjects if (held := self.bans.get(register, one)) is not None]
        return _edits(register, subjects, self._terms(replaced, wish, now))

    def lift(self, subjects: Iterable[Subject], origin: str, now: int) -> tuple[list[Ban], list[Edit]]:
        """Takes every entry of these very subjects out; which those were."""
        found = [ban for subject in subjects for ban in self.bans.of(subject, now)]
        if not found:
            return [], []
        wish = Wish(None, "lifted", origin)
        terms = self._terms([ban.terms.stamp for ban in found], wish, now, lifted=True)
        # What a rule has said is lifted by people's word, since that is what keeps the rule off.
        return found, [
            *_edits("allow", [ban.subject for ban in found if ban.register == "allow"], terms),
            *_edits("block", [ban.subject for ban in found if ban.register != "allow"], terms),
        ]

    def rule(self, subject: Subject, wish: Wish, now: int) -> tuple[Ban, Edit | None] | None:
        """A rule bans; None when people have said otherwise. It makes no end sooner that is there already."""
        said, let_in = self.bans.get("block", subject), self.bans.get("allow", subject)
        held = self.bans.get("rule", subject)
        if let_in is not None and let_in.in_force(now):
            return None
        terms = self._terms(() if held is None else (held.stamp,), wish, now)
        if said is not None and shields(said, terms.stamp.wall):
            return None
        if held is not None and held.expires is not None and held.expires >= (wish.expires or 0):
            return Ban("rule", subject, held), None
        return Ban("rule", subject, terms), Edit("rule", subject.kind, (subject.name,), terms)

    def _terms(self, replaced: Iterable[Stamp], wish: Wish, now: int, *, lifted: bool = False) -> Terms:
        """Stamped after whatever they replace."""
        stamp = self.hybrid.stamp(now, max(replaced, default=None))
        return Terms(stamp, now, wish.expires, lifted, wish.reason[:LONGEST_REASON], wish.origin)


def _edits(register: Register, subjects: Iterable[Subject], terms: Terms) -> list[Edit]:
    by_kind: dict[Kind, dict[Name, None]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, {})[subject.name] = None
    return [Edit(register, kind, tuple(names), terms) for kind, names in by_kind.items()]
