"""Every message is read once, whatever happens to its reader; hostile mail delays only hostile mail."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import pytest
from msgspec.structs import replace

from fakes.makers import BOB, HandClock, a_delivery
from mailweir.adapters.memory.digests import MemoryDigests
from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.address import Inbox
from mailweir.model.digest import Brief, Digest
from mailweir.model.message import Peer
from mailweir.ports.digests import Unread
from mailweir.ports.errors import UnavailableError
from mailweir.ports.parser import Lane, Unreadable
from mailweir.services import digestion
from mailweir.services.digestion import Digestion

HOSTILE: Final = b"hostile"


class HandParser:
    """Reads what is not hostile at once; what is, when it is told to."""

    def __init__(self) -> None:
        self.slow: list[bytes] = []
        self.fast: list[bytes] = []
        self.gate = asyncio.Event()
        self.pause = 0.0  # seconds between one message and the next
        self._turn = asyncio.Lock()

    def parse(self, raw: bytes, lane: Lane) -> Awaitable[Digest | Unreadable]:
        return asyncio.ensure_future(self._parse(raw, lane))

    async def _parse(self, raw: bytes, lane: Lane) -> Digest | Unreadable:
        (self.fast if lane is Lane.FAST else self.slow).append(raw)
        if self.pause:
            async with self._turn:
                await asyncio.sleep(self.pause)
        if not raw.startswith(HOSTILE):
            return Digest(Brief("done", subject=raw.decode()))
        if lane is Lane.FAST:
            return Unreadable.TIME
        await self.gate.wait()
        return Unreadable.CRASH


class BrittleDigests(MemoryDigests):
    """Fails as often as it is told to; `unkept` are failures of `keep` alone, `commits` what it kept."""

    failures = 0
    unkept = 0
    commits = 0

    async def undigested(self, limit: int) -> Sequence[Unread]:
        self._fail()
        return await super().undigested(limit)

    async def keep(self, digests: Sequence[tuple[int, Digest]]) -> Sequence[Inbox]:
        self._fail()
        if self.unkept:
            self.unkept -= 1
            raise UnavailableError("full")
        self.commits += 1
        return await super().keep(digests)

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise UnavailableError("away")


class House:
    """A store in memory, the service that reads it, and what it told."""

    def __init__(self) -> None:
        self.store = MemoryStore(HandClock())
        self.digests = BrittleDigests(self.store)
        self.parser = HandParser()
        self.told: list[Inbox] = []
        self.digestion = Digestion(self.digests, self.parser, self.told.extend)
        self._count = 0

    def keep(self, raw: bytes, ip: str = "192.0.2.1") -> None:
        self._count += 1
        delivery = a_delivery(self._count, raw=raw)
        self.store.keep(replace(delivery, peer=Peer(ip, 1)))
        self.digestion.look()

    def briefs(self) -> list[Brief | None]:
        return [copy.brief for copy in reversed(list(self.store.newest()))]

    async def read(self, count: int) -> None:
        """Waits until so many messages have a digest."""
        await eventually(lambda: sum(brief is not None for brief in self.briefs()) >= count)


async def eventually(true: Callable[[], bool]) -> None:
    for _ in range(5000):
        if true():
            return
        await asyncio.sleep(0.002)
    raise AssertionError(true)


@asynccontextmanager
async def a_house() -> AsyncGenerator[House]:
    house = House()
    running = asyncio.create_task(house.digestion.run())
    yield house
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_kept_is_read_and_told() -> None:
    async with a_house() as house:
        for number in range(200):
            house.keep(b"%d" % number)
        await house.read(200)
        assert [brief.subject for brief in house.briefs() if brief] == [str(n) for n in range(200)]
        assert set(house.told) == {BOB}
        assert house.parser.fast == [b"%d" % n for n in range(200)]


async def test_a_lost_nudge_costs_a_moment() -> None:
    async with a_house() as house:
        await asyncio.sleep(0.01)
        house.store.keep(a_delivery(1, raw=b"quiet"))
        await house.read(1)


async def test_hostile_mail_does_not_hold_ordinary_mail_up() -> None:
    async with a_house() as house:
        house.keep(HOSTILE)
        for number in range(100):
            house.keep(b"%d" % number)
        await house.read(100)
        assert house.briefs()[0] is None
        house.parser.gate.set()
        await house.read(101)
        assert house.briefs()[0] == Brief("failed", reasons=("crash",))


async def test_networks_take_turns_in_the_slow_lane() -> None:
    async with a_house() as house:
        for number in range(5):
            house.keep(HOSTILE + b"%d" % number, ip=f"192.0.2.{number}")
        house.keep(HOSTILE + b" other", ip="198.51.100.1")
        house.keep(HOSTILE + b" six", ip="2001:db8::1")
        await asyncio.sleep(0.05)
        house.parser.gate.set()
        await house.read(7)
        order = [raw.removeprefix(HOSTILE) for raw in house.parser.slow]
        assert order == [b"0", b" other", b" six", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_a_flood_of_hostile_mail_is_told_that_it_is_not_read(
    monkeypatch: pytest.MonkeyPatch, surplus: int
) -> None:
    monkeypatch.setattr(digestion, "SLOW", 10)
    async with a_house() as house:
        house.keep(HOSTILE)
        await asyncio.sleep(0.02)  # it is at work on this one, which waits no more
        for _ in range(10 + surplus):
            house.keep(HOSTILE)
        await asyncio.sleep(0.05)
        refused = [brief for brief in house.briefs() if brief is not None]
        assert refused == [Brief("failed", reasons=("too many slow messages",))] * max(surplus, 0)


async def test_a_store_that_is_away_delays_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digestion, "_RETRY", 0.01)
    async with a_house() as house:
        house.digests.failures = 10**6
        for number in range(20):
            house.keep(b"%d" % number)
        await eventually(lambda: house.digestion.trouble == "away")
        house.digests.failures = 5
        await house.read(20)
        await eventually(lambda: house.digestion.trouble == "")
        assert len(house.parser.fast) == 20


async def test_a_message_that_is_gone_before_its_turn_is_passed_over() -> None:
    async with a_house() as house:
        house.keep(HOSTILE + b"1")
        house.keep(HOSTILE + b"2")
        await asyncio.sleep(0.05)
        house.store.remove(list(house.store.newest())[:1])
        house.parser.gate.set()
        await house.read(1)
        assert house.parser.slow == [HOSTILE + b"1"]


async def test_large_messages_are_not_all_fetched_at_once() -> None:
    async with a_house() as house:
        for _ in range(10):
            house.keep(bytes(7_000_000))
        await house.read(10)


async def test_digests_that_cannot_be_kept_do_not_pile_up_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digestion, "_RETRY", 0.01)
    async with a_house() as house:
        house.digests.unkept = 10**6
        for number in range(3 * digestion.AT_ONCE):
            house.keep(b"%d" % number)
        await asyncio.sleep(0.3)
        assert len(house.parser.fast) == digestion.AT_ONCE
        house.digests.unkept = 0
        await house.read(3 * digestion.AT_ONCE)


async def test_under_load_digests_are_kept_together() -> None:
    async with a_house() as house:
        house.parser.pause = 0.002
        begun = asyncio.get_running_loop().time()
        for number in range(digestion.AT_ONCE):
            house.keep(b"%d" % number)
        await house.read(digestion.AT_ONCE)
        seconds = asyncio.get_running_loop().time() - begun
        # One for each moment, and one for each of the last few, for which nobody has to wait.
        assert house.digests.commits <= seconds / digestion.GATHER + digestion.BUSY + 1
