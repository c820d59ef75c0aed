"""Followers hear of every message once and in order, whatever is lost on the way."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.examples import examples
from fakes.makers import BOB, EVE, HandClock, a_delivery, access_by
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Brief, Digest
from mailweir.model.event import Nudge
from mailweir.model.message import Summary
from mailweir.policy.visibility import AnonymousRules, Caller, Reader
from mailweir.ports.errors import UnavailableError
from mailweir.services import streams as service
from mailweir.services.access import RefusedError
from mailweir.services.reading import YOUNG, Reading
from mailweir.services.streams import Start, Streams
from mailweir.services.watching import Watching

LOCAL, ANYBODY = Reader(on_loopback=True), Caller(on_loopback=True)


class Brittle(MemoryMailbox):
    """Fails as often as it is told to."""

    failures = 0

    async def after(
        self, inboxes: Sequence[Inbox] | None, seq: int, *, limit: int, hosts: Sequence[Host] = ()
    ) -> Sequence[Summary]:
        if self.failures:
            self.failures -= 1
            raise UnavailableError("away")
        return await super().after(inboxes, seq, limit=limit, hosts=hosts)


class Place:
    """A store, a bus, and the service."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = MemoryStore(self.clock)
        self.mailbox = Brittle(self.store)
        self.bus = MemoryBus()
        rules = AnonymousRules(local=True)
        self.streams = Streams(Reading(self.mailbox, access_by(rules), self.clock, Watching(self.bus)))
        self.count = 0

    def keep(self, inbox: Inbox = BOB, *, read: bool = True, nudge: bool = True) -> None:
        self.count += 1
        self.store.keep(a_delivery(self.count, inbox, received=self.clock.now()))
        if read:
            self.read()
        if nudge:
            self.bus.publish(Nudge((inbox,)))

    def read(self) -> None:
        for kept in list(self.store.messages(0)):
            if kept.digest is None:
                self.store.read(kept.key, Digest(Brief("done")))


async def told(place: Place, count: int, inboxes: Sequence[Inbox] | None = (BOB,), seq: int = 0) -> list[int]:
    """The places of so many messages, in the order in which a follower hears of them."""
    heard: list[int] = []
    follower = place.streams.follow(inboxes, Start(seq, ANYBODY))
    async with asyncio.timeout(10):
        while len(heard) < count:
            heard.append((await anext(follower)).seq)
    await follower.aclose()
    return heard


@examples(30)
@given(
    st.lists(st.tuples(st.sampled_from([BOB, EVE]), st.booleans(), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 5),
)
async def test_every_message_is_told_once_in_order(
    steps: list[tuple[Inbox, bool, bool]], failures: int
) -> None:
    service._RETRY = service._LOOK = 0.002
    place = Place()
    following = asyncio.create_task(told(place, len(steps), (BOB, EVE)))
    for inbox, read, nudge in steps:
        place.keep(inbox, read=read, nudge=nudge)
        place.mailbox.failures = failures
        await asyncio.sleep(0)
    place.read()
    assert await following == sorted(copy.seq for copy in place.store.newest())


async def test_a_follower_of_everything_is_told_everything() -> None:
    place = Place()
    place.keep(BOB)
    place.keep(EVE)
    assert await told(place, 2, None) == [1, 2]
    assert await told(place, 1, None, seq=1) == [2]


async def test_a_young_message_without_a_digest_holds_the_later_ones_up_for_two_seconds() -> None:
    place = Place()
    place.keep(read=False)
    following = asyncio.create_task(told(place, 1))
    await asyncio.sleep(0.3)
    assert not following.done()
    place.clock.advance(YOUNG / 1000)
    assert await following == [1]


@pytest.mark.parametrize(
    ("since", "start"),
    [
        (None, Start(2, ANYBODY)),
        (0, Start(0, ANYBODY)),
        (1, Start(1, ANYBODY)),
        (2, Start(2, ANYBODY)),
        (3, Start(2, ANYBODY, reset=True)),
        (99, Start(2, ANYBODY, reset=True)),
    ],
)
async def test_a_place_that_never_was_is_told(since: int | None, start: Start) -> None:
    place = Place()
    place.keep()
    place.keep()
    assert await place.streams.start(LOCAL, [BOB], since) == start


async def test_who_may_not_read_may_not_follow() -> None:
    place = Place()
    with pytest.raises(RefusedError):
        await place.streams.start(Reader(key=b"unknown"), [BOB], None)
    with pytest.raises(RefusedError):
        await place.streams.start(Reader(), None, None)


async def test_a_message_that_is_gone_has_no_arrival() -> None:
    place = Place()
    place.keep()
    (copy,) = place.store.newest()
    assert await place.streams.arrival(copy) is not None
    place.store.remove([copy])
    assert await place.streams.arrival(copy) is None
