"""The blocklist as one process has it: asked without waiting, edited by people and by rules, on the disk.

What others write into the node's book is known within a tenth of a second. What is known stays known when the
book cannot be read. A ban that a rule makes holds here at once, and is written down soon.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from mailweir.model.address import Address, Inbox
from mailweir.model.ban import Ban, Position, Register, Subject, Wish
from mailweir.policy.ban_subjects import Bounds, Unfit
from mailweir.services.ban_edits import Confirmations, Kept, Lifted
from mailweir.services.ban_keeping import BanKeeping

LONGEST_RULE_BAN: Final = 24 * 3600.0
"""Seconds: no rule bans for longer at a time."""

PATIENCE: Final = 2.0
"""Seconds that a process may take to go by what was edited; when nothing is wrong it takes a tenth of one."""

_LOOK: Final = 0.02  # seconds


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
        ban = self._keeping.bans.peer(ip, self._now())
        # A command may not know of our proxies, which can be flags of the server's.
        if ban is None or self._bounds.unfit(ban.subject, ban.register) is not None:
            return None
        return ban

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

    def deciding(self, subject: Subject) -> Ban | None:
        """The entry by which that subject is refused or let in; None for neither."""
        return self._keeping.bans.deciding(subject, self._now())

    def entries(self) -> Iterator[Ban]:
        """All entries in force. What is changed meanwhile ends it with RuntimeError."""
        return self._keeping.bans.in_force(self._now())

    def monotonic(self) -> float:
        """Seconds of the stopwatch that this goes by."""
        return self._keeping.clock.monotonic()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls `callback` soon after entries have changed, until the returned function is called."""
        return self._keeping.on_change(callback)

    async def confirmations(self, position: Position, *, patience: float = PATIENCE) -> Confirmations:
        """Which processes of this node go by the book up to there, and which do not after `patience` seconds.

        Raises UnavailableError.
        """
        ends = self._keeping.clock.monotonic() + patience
        while True:
            holders = self._keeping.book.holders()
            waiting = [one for one in holders if one.position < position]
            if not waiting or self._keeping.clock.monotonic() >= ends:
                return Confirmations([one for one in holders if one.position >= position], waiting)
            await asyncio.sleep(_LOOK)

    def ban_now(self, subject: Subject, *, seconds: float, reason: str, rule: str) -> Ban | None:
        """A rule bans: it holds here at once, and is written down soon.

        None when it must not: when that would shut out too many, or people have said otherwise.
        """
        if self._bounds.unfit(subject, "rule") is not None:
            return None
        now = self._now()
        wish = Wish(now + round(min(seconds, LONGEST_RULE_BAN) * 1000), reason, rule)
        made = self._keeping.editor().rule(subject, wish, now)
        if made is None:
            return None
        ban, edit = made
        if edit is not None:
            self._keeping.put_soon(edit)
        return ban

    async def put(self, register: Register, subjects: Sequence[Subject], wish: Wish) -> Kept:
        """People block or allow these. It is on the disk, and holds here, when this returns.

        Raises UnavailableError, and then nothing of it holds.
        """
        async with self._keeping.writing():
            fit, refused = self._sorted(register, subjects)
            edits = self._keeping.editor().put(register, fit, wish, self._now())
            return Kept(await self._keeping.put(edits), len(fit), refused)

    async def lift(self, subjects: Sequence[Subject], origin: str) -> Lifted:
        """Takes every entry of these very subjects out. Raises as `put`.

        No rule bans them for two hours from now on.
        """
        async with self._keeping.writing():
            found, edits = self._keeping.editor().lift(subjects, origin, self._now())
            return Lifted(await self._keeping.put(edits), found)

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

    def _now(self) -> int:
        return self._keeping.clock.now()
