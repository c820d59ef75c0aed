"""Nudges: the first at once, the rest together."""

import asyncio

import pytest

from fakes.makers import BOB, EVE
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.model.address import Inbox
from mailweir.model.event import Nudge, Signal
from mailweir.services.nudging import Nudging

SHORT, LONG = 0.01, 60.0  # seconds


@pytest.fixture
def heard() -> list[Signal]:
    return []


@pytest.fixture
async def bus(heard: list[Signal]) -> MemoryBus:
    bus = MemoryBus()
    bus.subscribe(heard.append)
    return bus


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_the_first_nudge_leaves_at_once(bus: MemoryBus, heard: list[Signal]) -> None:
    nudging = Nudging(bus, shortest=LONG, longest=LONG)
    nudging.tell([BOB])
    await settled()
    assert heard == [Nudge((BOB,))]
    nudging.close()


async def test_what_follows_closely_is_told_together_and_once(bus: MemoryBus, heard: list[Signal]) -> None:
    nudging = Nudging(bus, shortest=SHORT, longest=SHORT)
    nudging.tell([BOB])
    for _ in range(5):
        nudging.tell([EVE, BOB])
    await asyncio.sleep(SHORT * 10)
    assert heard == [Nudge((BOB,)), Nudge((EVE, BOB))]


async def test_after_a_pause_a_nudge_leaves_at_once_again(bus: MemoryBus, heard: list[Signal]) -> None:
    nudging = Nudging(bus, shortest=SHORT, longest=SHORT)
    nudging.tell([BOB])
    await asyncio.sleep(SHORT * 10)
    nudging.tell([EVE])
    await settled()
    assert heard == [Nudge((BOB,)), Nudge((EVE,))]


@pytest.mark.parametrize(("waiting", "told"), [(999, False), (1000, True), (1001, True)])
async def test_a_flood_of_inboxes_does_not_wait_in_memory(
    bus: MemoryBus, heard: list[Signal], waiting: int, *, told: bool
) -> None:
    nudging = Nudging(bus, shortest=LONG, longest=LONG)
    nudging.tell([BOB])
    nudging.tell([Inbox(f"{number}@inbox.test") for number in range(waiting)])
    await settled()
    assert len(heard) == 1 + told
    nudging.close()


async def test_closing_tells_what_waits(bus: MemoryBus, heard: list[Signal]) -> None:
    nudging = Nudging(bus, shortest=LONG, longest=LONG)
    nudging.tell([BOB])
    nudging.tell([EVE])
    nudging.close()
    nudging.close()
    await settled()
    assert heard == [Nudge((BOB,)), Nudge((EVE,))]


async def test_the_longer_nudges_keep_following_the_longer_they_wait(
    bus: MemoryBus, heard: list[Signal]
) -> None:
    nudging = Nudging(bus, shortest=0.002, longest=0.032)
    begun = asyncio.get_running_loop().time()
    while (passed := asyncio.get_running_loop().time() - begun) < 0.3:
        nudging.tell([BOB])
        await asyncio.sleep(0.0005)
    await asyncio.sleep(0.1)
    assert 3 <= len(heard) <= 6 + passed / 0.032
    nudging.tell([EVE])
    await settled()
    assert heard[-1] == Nudge((EVE,))
