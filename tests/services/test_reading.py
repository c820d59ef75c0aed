"""Reading goes through one choke point, whatever is asked."""

import pytest

from fakes.makers import BOB, a_delivery
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.system import SystemClock
from mailweir.model.message import MessageId, message_id
from mailweir.policy.visibility import AnonymousRules, Reader, Refusal
from mailweir.services.reading import Reading, RefusedError

ANYBODY = Reader()


async def a_reading(rules: AnonymousRules) -> tuple[Reading, list[MessageId]]:
    """Three messages for Bob, and their ids, oldest first."""
    store = MemoryStore(SystemClock())
    intake = MemoryIntake(store)
    deliveries = [a_delivery(number, BOB) for number in (1, 2, 3)]
    for delivery in deliveries:
        await intake.deliver(delivery)
    return Reading(MemoryMailbox(store), rules), [message_id(d.id, 0) for d in deliveries]


async def test_the_latest_only_is_one_message_by_every_way() -> None:
    reading, ids = await a_reading(AnonymousRules(reads="latest"))
    oldest, _, newest = ids
    assert [s.id for s in await reading.inbox(ANYBODY, BOB, limit=9)] == [newest]
    assert await reading.inbox(ANYBODY, BOB, limit=0) == []
    assert await reading.find(ANYBODY, BOB, newest) is not None
    assert await reading.raw(ANYBODY, BOB, newest) is not None
    assert await reading.find(ANYBODY, BOB, oldest) is None
    assert await reading.raw(ANYBODY, BOB, oldest) is None
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
