"""Waiting for one message, and for none: what tests do all day.

A waiter follows an inbox from a moment before it asked, so that mail that was quicker is found as well. When
its time is over it looks once more, at all that was kept until then. What is against each message that was
not the one is told, since that is what somebody wants to know whose test has failed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec.structs import asdict

from mailweir.model.address import Inbox
from mailweir.model.criteria import Failed
from mailweir.model.event import Waited
from mailweir.model.explanation import Explanation
from mailweir.model.message import Summary
from mailweir.model.ruling import Action
from mailweir.model.run import Run, tag_of
from mailweir.policy.matching import Matcher
from mailweir.policy.visibility import Reader
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.ports.explanations import KEPT_OF_INBOX
from mailweir.services.access import RefusedError
from mailweir.services.claiming import Claiming
from mailweir.services.deliveries import Deliveries
from mailweir.services.history import Telling
from mailweir.services.judging import DIGESTING, Judging, would_do
from mailweir.services.learning import learn
from mailweir.services.runs import RunOverError
from mailweir.services.streams import Pace, Start, Streams

NEAREST: Final = 20
"""Messages of which it is told why they were not the one: the newest."""

WAITERS: Final = 7_000
"""At once, in one process: that leaves some of its connections to others."""

_BACK: Final = 200  # messages that are looked at behind the moment of the call


class TooManyWaitersError(Exception):
    """No more can be waited for in this process."""


class StillPendingError(Exception):
    """A message is there that may be the one, and is still being read."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A message that was not the one, and what was against it."""

    summary: Summary
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who waits for what: where, from which moment on (milliseconds since the epoch), for how many seconds.

    `after`: what has a larger `seq` counts, whenever it was received, since clocks of two processes differ.
    `claim`: whether nobody else is to be given the same message.
    """

    reader: Reader
    inbox: Inbox
    matcher: Matcher
    since: int
    seconds: float
    claim: bool = False
    after: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The message, or None and the nearest misses, newest first, and what was refused there, newest first.

    At the end of `refused` is what was only slowed, which may have come all the same.
    `undecided`: whether there is a message of which it could not be found out.
    """

    found: Summary | None
    misses: tuple[Miss, ...] = ()
    refused: tuple[Explanation, ...] = ()
    undecided: bool = False


@dataclass(slots=True)
class _Search:
    """One waiter on its way: where he is, and what he has seen that was not the one."""

    asked: Asked
    start: Start
    run: Run | None
    begun: int  # milliseconds since the epoch
    ends: float  # by the loop's clock
    seq: int
    undecided: bool = False
    misses: list[Miss] = field(default_factory=list[Miss])  # a deque has half a kilobyte, also when empty

    def is_out_of_time(self, summary: Summary, now: float) -> bool:
        """Whether a message came before its time, or when the time was over; `now` by the loop's clock.

        What came after the call counts, whatever the clock says that may have been set back meanwhile.
        """
        asked, since = self.asked, self.asked.since
        by_time = summary.received < since and (summary.seq <= self.start.seq or since > self.begun)
        early = summary.seq <= asked.after if asked.after else by_time
        late = now > self.ends and summary.received > self.begun + self.asked.seconds * 1000
        return early or late

    def miss(self, missed: Miss) -> None:
        """Notes one; of many the newest."""
        self.misses.append(missed)
        del self.misses[:-NEAREST]


@dataclass(slots=True)
class Waiting:
    """Every method raises RefusedError, also when a key is revoked meanwhile, and UnavailableError.

    And RunOverError for an address of a run that is over, or is over before the wait is.
    """

    streams: Streams
    deliveries: Deliveries
    telling: Telling
    waiters: int = 0
    _judging: Judging = field(init=False)
    _claiming: Claiming = field(init=False)

    def __post_init__(self) -> None:
        """What it takes of the store."""
        mailbox = self.streams.reading.mailbox
        self._judging, self._claiming = Judging(mailbox), Claiming(mailbox)

    async def wait(self, asked: Asked) -> Outcome:
        """The first message that fits, of those that came since then; or none, when the time is over.

        Raises TooManyWaitersError.
        """
        return await self._held(asked, "wait")

    async def quiet(self, asked: Asked) -> Summary | None:
        """None when nothing that fits has come until the time is over; else the message, at once.

        Raises TooManyWaitersError, and StillPendingError when something is there that is not read by then.
        """
        outcome = await self._held(asked, "quiet")
        if outcome.found is None and outcome.undecided:
            raise StillPendingError
        return outcome.found

    async def _held(self, asked: Asked, kind: Literal["wait", "quiet"]) -> Outcome:
        search = await self._search(asked)
        if self.waiters >= WAITERS:
            raise TooManyWaitersError
        self.waiters += 1
        outcome = None
        try:
            found = await self._followed(search) or await self._swept(search)
            self.streams.check(asked.reader, (asked.inbox,))
            outcome = Outcome(found) if found is not None else await self._missed(search)
            return outcome
        finally:
            self.waiters -= 1
            if search.run is not None:
                self._tell(asked, kind, outcome)

    async def _search(self, asked: Asked) -> _Search:
        """From which number on: that of the oldest message that counts."""
        begun = self.streams.reading.clock.now()
        ends = asyncio.get_running_loop().time() + asked.seconds
        start = await self.streams.start(asked.reader, (asked.inbox,), None)
        found = await self.streams.reading.inbox(asked.reader, asked.inbox, limit=_BACK)
        recent = [one.seq for one in found if one.received >= asked.since]
        first = min([start.seq, *(seq - 1 for seq in recent)])
        if asked.claim:  # it takes a message from others
            access = self.streams.reading.access
            access.at(asked.reader, asked.inbox, changes=True)
        if tag_of(asked.inbox) is not None:
            learn(self._directory)  # another process may have lent it just now
        run = self._directory.run_of(asked.inbox)
        return _Search(asked, start, run, begun, ends, asked.after or first)

    async def _followed(self, search: _Search) -> Summary | None:
        """The first that fits of those that are kept until the time is over, and that are read by then."""
        asked, streams, run = search.asked, self.streams, search.run
        now, until, pace = asyncio.get_running_loop().time, search.ends, Pace()
        places = [*(streams.places((asked.inbox,)) or ()), *((run.place,) if run is not None else ())]
        with streams.reading.watching.on(places) as change:
            while True:
                change.clear()
                self._check_run(search)
                ready, young = await self._ready(search)
                for summary in ready:
                    if (found := await self._judged(search, summary)) is not None:
                        return found
                if (left := until - now()) <= 0:
                    return None
                if ready:
                    pace.begin()
                    continue
                await change.wait(min(pace.seconds(young=young), left))
                if streams.reading.watching.stopping:
                    raise UnavailableError("this process is about to end")
                if change.told:
                    pace.begin()

    async def _ready(self, search: _Search) -> tuple[Sequence[Summary], bool]:
        """What has come and is read, and whether there is more; nothing while the store is away."""
        inboxes = (search.asked.inbox,)
        try:
            found, young = await self.streams.ready(inboxes, search.seq)
        except UnavailableError:
            return (), False
        if found:
            search.seq = found[-1].seq
        return [one for one in found if self.streams.shows(search.start.caller, inboxes, one)], young

    def _check_run(self, search: _Search) -> None:
        """Raises RunOverError when the run is over whose address this is, or was at the beginning."""
        if search.run is None:
            return
        learn(self._directory)
        run = self._directory.run_of(search.asked.inbox)
        if run is None or run.is_over(self.streams.reading.clock.now()):
            raise RunOverError

    async def _swept(self, search: _Search) -> Summary | None:
        """What was kept before the time was over and has not been judged yet."""
        asked = search.asked
        streams = self.streams
        while ready := await streams.next_of((asked.inbox,), search.seq, search.start.caller):
            for summary in ready:
                if (found := await self._judged(search, summary)) is not None:
                    return found
        return None

    async def _missed(self, search: _Search) -> Outcome:
        """What was near, when nothing has come that fits."""
        asked = search.asked
        self._check_run(search)
        others = [*await self._too_early(asked), *await self._elsewhere(asked)]
        nearest = tuple(reversed((*others, *search.misses)))[:NEAREST]
        return Outcome(None, nearest, await self._refused(asked), search.undecided)

    async def _refused(self, asked: Asked) -> tuple[Explanation, ...]:
        """What befell mail there since then; nothing when that is lost, for a wait does not stand on it."""
        try:
            found = await self.deliveries.of_inbox(
                asked.reader, asked.inbox, limit=KEPT_OF_INBOX, since=asked.since
            )
        except UnavailableError:
            return ()
        acted = [one for one in found if one.acted]
        return tuple(sorted(acted, key=lambda one: one.ruling.action is Action.SLOW)[:NEAREST])

    def _tell(self, asked: Asked, kind: Literal["wait", "quiet"], outcome: Outcome | None) -> None:
        """What was waited for at an address of a run, for its bundle; None: not to the end."""
        criteria = asdict(asked.matcher.criteria)
        wanted = tuple((name, str(value)) for name, value in criteria.items() if value)
        found = None if outcome is None or outcome.found is None else outcome.found.id
        near = None if outcome is None else len(outcome.misses)
        now = self.streams.reading.clock.now()
        self.telling.waited(Waited(asked.inbox, kind, wanted, asked.since, now, found, near))

    @property
    def _directory(self) -> Directory:
        return self.streams.reading.access.directory

    async def _judged(self, search: _Search, summary: Summary) -> Summary | None:
        """The message as it is by now, if it is the one; else it is noted what is against it."""
        search.seq = summary.seq
        asked = search.asked
        if search.is_out_of_time(summary, asyncio.get_running_loop().time()):
            return None
        read, failed = await self._judging.against(asked.matcher, summary, search.ends + DIGESTING)
        judged = self.streams.reading.access.as_shown(search.start.caller, read)
        search.undecided = search.undecided or Failed.PENDING in failed
        if not failed and asked.claim and not await self._claiming.claim(judged):
            failed = (Failed.CLAIMED,)
        if failed:
            search.miss(Miss(judged, failed))
            return None
        return judged

    async def _too_early(self, asked: Asked) -> Sequence[Miss]:
        """What would have been the one, had it not come before the moment from which on messages count."""
        found = await self.streams.reading.inbox(asked.reader, asked.inbox, limit=NEAREST)
        behind = (one for one in found if not asked.after or one.seq <= asked.after)
        early = (one for one in behind if one.received < asked.since)
        return [Miss(one, (Failed.TOO_EARLY,)) for one in early if would_do(asked.matcher, one)]

    async def _elsewhere(self, asked: Asked) -> Sequence[Miss]:
        """What would have been the one, had it come here; told to those who may list all mail."""
        try:
            found = await self.streams.reading.all(asked.reader, limit=_BACK)
        except RefusedError:
            return ()
        others = (one for one in found if one.inbox != asked.inbox and one.received >= asked.since)
        return [Miss(one, (Failed.OTHER_INBOX,)) for one in others if would_do(asked.matcher, one)][:NEAREST]
