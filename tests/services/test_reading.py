"""Reading goes through one choke point, whatever is asked."""

import asyncio
from typing import Literal

import pytest

from fakes.makers import BOB, HandClock, a_delivery, access_by
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.system import SystemClock
from mailweir.model.digest import Brief, Digest
from mailweir.model.event import Nudge
from mailweir.model.message import MessageId, message_id
from mailweir.policy.visibility import AnonymousRules, Reader, Refusal
from mailweir.services.access import RefusedError
from mailweir.services.reading import PATIENCE, YOUNG, PendingError, Reading
from mailweir.services.watching import Watching

ANYBODY = Reader()


async def a_reading(rules: AnonymousRules) -> tuple[Reading, list[MessageId]]:
    """Three messages for Bob, and their ids, oldest first."""
    store = MemoryStore(SystemClock())
    intake = MemoryIntake(store)
    deliveries = [a_delivery(number, BOB) for number in (1, 2, 3)]
    for delivery in deliveries:
        await intake.deliver(delivery)
    reading = Reading(MemoryMailbox(store), access_by(rules), SystemClock(), Watching(MemoryBus()))
    return reading, [message_id(d.id, 0) for d in deliveries]


async def test_the_latest_only_is_one_message_by_every_way() -> None:
    reading, ids = await a_reading(AnonymousRules(reads="latest"))
    oldest, _, newest = ids
    assert [s.id for s in await reading.inbox(ANYBODY, BOB, limit=9)] == [newest]
    assert await reading.inbox(ANYBODY, BOB, limit=0) == []
    assert await reading.find(ANYBODY, BOB, newest) is not None
    assert await reading.raw(ANYBODY, BOB, newest) is not None
    assert await reading.find(ANYBODY, BOB, oldest) is None
    assert await reading.raw(ANYBODY, BOB, oldest) is None
    assert await reading.digest(ANYBODY, BOB, oldest) is None
    assert await reading.count(ANYBODY, BOB) == 1
    assert await reading.delete(ANYBODY, BOB, oldest) is False
    assert await reading.mailbox.find(BOB, oldest) is not None


async def test_what_may_not_be_read_is_refused_by_every_way() -> None:
    reading, ids = await a_reading(AnonymousRules(reads="none"))
    message = ids[0]
    for asked in (
        reading.inbox(ANYBODY, BOB, limit=1),
        reading.all(ANYBODY, limit=1),
        reading.find(ANYBODY, BOB, message),
        reading.raw(ANYBODY, BOB, message),
        reading.digest(ANYBODY, BOB, message),
        reading.count(ANYBODY, BOB),
        reading.clear(ANYBODY, BOB),
        reading.delete(ANYBODY, BOB, message),
    ):
        with pytest.raises(RefusedError) as refused:
            await asked
        assert refused.value.refusal is Refusal.KEY_NEEDED


async def test_deleting_removes_for_good() -> None:
    reading, ids = await a_reading(AnonymousRules())
    message = ids[0]
    assert await reading.delete(ANYBODY, BOB, message) is True
    assert await reading.delete(ANYBODY, BOB, message) is False


@pytest.mark.parametrize(("deletes", "allowed"), [("one", False), ("none", False), ("all", True)])
async def test_an_inbox_is_emptied_only_where_all_may_be_deleted(
    deletes: Literal["one", "none", "all"], *, allowed: bool
) -> None:
    reading, ids = await a_reading(AnonymousRules(deletes=deletes))
    if not allowed:
        with pytest.raises(RefusedError) as refused:
            await reading.clear(ANYBODY, BOB)
        assert refused.value.refusal is Refusal.FORBIDDEN
    else:
        assert await reading.clear(ANYBODY, BOB) == len(ids)
    assert await reading.count(ANYBODY, BOB) == (0 if allowed else len(ids))


class Place:
    """One young message without a digest, and whoever reads it."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = MemoryStore(self.clock)
        self.bus = MemoryBus()
        rules = AnonymousRules(local=True)
        self.reading = Reading(
            MemoryMailbox(self.store), access_by(rules), SystemClockFor(self.clock), Watching(self.bus)
        )
        delivery = a_delivery(1, BOB, received=self.clock.now())
        self.store.keep(delivery)
        self.id = message_id(delivery.id, 0)

    def digest(self) -> None:
        (kept,) = self.store.messages(0)
        self.store.read(kept.key, Digest(Brief("done", subject="read"), text="read"))
        self.bus.publish(Nudge((BOB,)))


class SystemClockFor(SystemClock):
    """The time of day is set by hand, the stopwatch runs."""

    def __init__(self, hand: HandClock) -> None:
        self._hand = hand

    def now(self) -> int:
        return self._hand.now()


async def test_who_reads_at_once_gets_the_digest_that_comes_meanwhile() -> None:
    place = Place()
    reading = asyncio.gather(
        place.reading.digest(ANYBODY, BOB, place.id), place.reading.inbox(ANYBODY, BOB, limit=1)
    )
    await asyncio.sleep(0.01)
    place.digest()
    digest, (summary,) = await reading
    assert digest is not None
    assert digest.text == "read"
    assert summary.brief == digest.brief


async def test_a_lost_nudge_costs_a_reader_a_moment() -> None:
    place = Place()
    reading = asyncio.create_task(place.reading.find(ANYBODY, BOB, place.id))
    await asyncio.sleep(0.01)
    (kept,) = place.store.messages(0)
    place.store.read(kept.key, Digest(Brief("done")))
    summary = await reading
    assert summary is not None
    assert summary.brief is not None


async def test_who_reads_too_early_is_told_to_come_again() -> None:
    place = Place()
    begun = asyncio.get_running_loop().time()
    with pytest.raises(PendingError):
        await place.reading.digest(ANYBODY, BOB, place.id)
    assert PATIENCE <= asyncio.get_running_loop().time() - begun < 10 * PATIENCE
    (summary,) = await place.reading.all(Reader(on_loopback=True), limit=1)
    assert summary.brief is None


async def test_nobody_waits_for_an_old_message() -> None:
    place = Place()
    place.clock.advance((YOUNG + 1) / 1000)
    begun = asyncio.get_running_loop().time()
    assert len(await place.reading.inbox(ANYBODY, BOB, limit=1)) == 1
    with pytest.raises(PendingError):
        await place.reading.digest(ANYBODY, BOB, place.id)
    assert asyncio.get_running_loop().time() - begun < PATIENCE
