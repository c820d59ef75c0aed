"""Following inboxes: every message once, in the order of its coming, from wherever a client was.

A follower has a place, the `seq` of the last message that it was given, and asks the store for what
comes after. So nothing is missed and nothing comes twice, whatever is restarted; the bus only says when
to look. Nothing is kept for a follower that is slow, and it slows nobody but itself.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.message import Summary
from mailweir.policy.visibility import Caller, Reader
from mailweir.ports.errors import UnavailableError
from mailweir.services.reading import YOUNG, Reading

ADDRESSES: Final = 100
"""Addresses that one follower may name."""

AGAIN: Final = 1.0
"""Seconds after which a door asks again whether a follower may listen."""

_FEW: Final = 10  # messages that are fetched in one go
_AT_ONCE: Final = 100  # the same for one that is behind
_LOOK: Final = 0.25  # seconds: nudges may be lost
_SELDOM: Final = (
    2.0  # seconds: the same where nothing has come for a while, since there may be thousands of them
)
_RETRY: Final = 1.0  # seconds after which a store that is away is asked again


@dataclass(frozen=True, slots=True)
class Start:
    """Where a follower begins; `reset` says that earlier messages may be gone without having been told."""

    seq: int
    caller: Caller
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it is told: with what was read out of it, or without when that takes long."""

    summary: Summary
    digest: Digest | None
    raw: bytes


class Pace:
    """How long to wait before looking again for what may have come: nudges may be lost."""

    __slots__ = ("_idle",)

    def __init__(self) -> None:
        self._idle = _LOOK

    def begin(self) -> None:
        """Something has come."""
        self._idle = _LOOK

    def seconds(self, *, young: bool) -> float:
        """As nothing has come; `young`: something has, and is being read."""
        if young:
            self._idle = _LOOK
            return _LOOK
        idle, self._idle = self._idle, min(self._idle * 2, _SELDOM)
        return idle


@dataclass(frozen=True, slots=True)
class Streams:
    """Arrivals, for as many followers as there are."""

    reading: Reading

    async def start(self, reader: Reader, inboxes: Sequence[Inbox] | None, since: int | None) -> Start:
        """Where to begin, for all inboxes when they are None. Raises RefusedError and UnavailableError."""
        caller = self.check(reader, inboxes)
        position = await self.reading.mailbox.position()
        if since is None:
            newest = await self.reading.mailbox.all(limit=1)  # the number of a message, to come back with
            return Start(newest[0].seq if newest else position, caller)
        known = since <= position and (since in {0, position} or await self.reading.mailbox.holds(since))
        return Start(min(since, position), caller, reset=not known)

    def check(self, reader: Reader, inboxes: Sequence[Inbox] | None) -> Caller:
        """Who follows these, or all. Raises RefusedError: to be asked again as long as he does."""
        access = self.reading.access
        if inboxes is None:
            return access.list_all(reader)
        for inbox in inboxes:
            access.caught(reader, inbox)  # a key for a catch-all alone is not good for what it stands for
        return access.read(reader, *inboxes)

    def places(self, inboxes: Sequence[Inbox] | None) -> Sequence[Inbox | Host] | None:
        """What has to be watched for them: with a catch-all all of its host."""
        return None if inboxes is None else (*inboxes, *self._hosts(inboxes))

    async def follow(self, inboxes: Sequence[Inbox] | None, start: Start) -> AsyncGenerator[Summary]:
        """Every message of these inboxes from there on, of those that are shown to the caller, for ever.

        Waits while the store is away.
        """
        seq, limit, pace = start.seq, _FEW, Pace()
        with self.reading.watching.on(self.places(inboxes)) as change:
            while True:
                change.clear()
                ready: Sequence[Summary]
                young = away = False
                try:
                    ready, young = await self.ready(inboxes, seq, limit)
                    for place, summary in enumerate(ready):
                        # A slow reader has taken his time over the last one: what holds now counts.
                        now = await self._now(summary) if place else summary
                        if now is not None and self.shows(start.caller, inboxes, now):
                            yield self.reading.access.as_shown(start.caller, now)
                        seq = summary.seq
                except UnavailableError:
                    ready, away = (), True
                limit = _AT_ONCE if len(ready) == limit else _FEW  # who is behind catches up in larger steps
                if ready:
                    pace.begin()
                else:
                    await change.wait(_RETRY if away else pace.seconds(young=young))
                    if change.told:
                        pace.begin()

    async def next_of(self, inboxes: Sequence[Inbox], seq: int, caller: Caller) -> Sequence[Summary]:
        """What there is after `seq` by now, the oldest first, that is shown to the caller; some of it.

        Also what was not read yet. Empty when there is no more.
        """
        hosts = self._hosts(inboxes)
        while found := await self.reading.mailbox.after(inboxes, seq, limit=_AT_ONCE, hosts=hosts):
            if shown := [one for one in found if self.shows(caller, inboxes, one)]:
                return shown
            seq = found[-1].seq
        return ()

    async def _now(self, summary: Summary) -> Summary | None:
        return await self.reading.mailbox.find(summary.inbox, summary.id)

    def shows(self, caller: Caller, inboxes: Sequence[Inbox] | None, one: Summary) -> bool:
        """Whether who follows these inboxes, or all, is shown a message."""
        access = self.reading.access
        followed = inboxes is None or one.inbox in inboxes or access.is_caught(one.inbox)
        return followed and access.shows(caller, one.inbox, one.marks.saved_by)

    def _hosts(self, inboxes: Sequence[Inbox]) -> Sequence[Host]:
        found = map(self.reading.access.catches, inboxes)
        return [host for host in found if host is not None]

    async def arrival(self, summary: Summary) -> Arrival | None:
        """The whole of a message that was followed; None when it is gone. Raises UnavailableError."""
        found = await self.reading.mailbox.whole(summary)
        return None if found is None else Arrival(summary, found[1] if summary.brief else None, found[0])

    async def ready(
        self, inboxes: Sequence[Inbox] | None, seq: int, limit: int = _AT_ONCE
    ) -> tuple[Sequence[Summary], bool]:
        """The next messages, up to the first young one that has no digest yet, and whether there is one.

        Raises UnavailableError.
        """
        hosts = self._hosts(inboxes or ())
        found = await self.reading.mailbox.after(inboxes, seq, limit=limit, hosts=hosts)
        since = self.reading.clock.now() - YOUNG
        ready = list(takewhile(lambda one: one.brief is not None or one.received <= since, found))
        return ready, len(ready) < len(found)
