"""The memory store's own promise: it never grows past its capacity."""

import pytest

from fakes.makers import BOB, HandClock, a_delivery
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.message import MessageId
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room


async def test_room_goes_by_the_octets_that_are_kept() -> None:
    store = MemoryStore(HandClock(), capacity=100)
    intake, mailbox = MemoryIntake(store), MemoryMailbox(store)
    assert intake.room() is Room.CALM
    await intake.deliver(a_delivery(1, raw=bytes(85)))
    assert intake.room() is Room.SLOW
    await intake.deliver(a_delivery(2, raw=bytes(10)))
    assert intake.room() is Room.FULL
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    assert intake.room() is Room.CALM


async def test_what_passes_the_capacity_is_refused_as_full() -> None:
    intake = MemoryIntake(MemoryStore(HandClock(), capacity=100))
    with pytest.raises(UnavailableError) as refused:
        await intake.deliver(a_delivery(1, raw=bytes(101)))
    assert refused.value.full
