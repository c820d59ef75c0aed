"""Searching goes through the same choke point as reading, and waits for the same young message."""

import asyncio

import pytest

from fakes.makers import BOB, EVE, HandClock, a_delivery, access_by
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox
from mailweir.model.digest import Brief, Digest
from mailweir.model.event import Nudge
from mailweir.model.query import Not, Query, Words
from mailweir.policy.visibility import AnonymousRules, Reader, Refusal
from mailweir.services.access import RefusedError
from mailweir.services.reading import Reading
from mailweir.services.watching import Watching

HERE = Reader(on_loopback=True)
ELSEWHERE = Reader()
OLD, NEW = Words("number1"), Words("number2")


class Place:
    """Two messages for Bob, digested unless said otherwise, and who reads them."""

    def __init__(self, rules: AnonymousRules, *, digested: bool = True) -> None:
        self.clock = HandClock()
        self.bus = MemoryBus()
        self.store = MemoryStore(self.clock)
        for number in (1, 2):
            self.store.keep(a_delivery(number, BOB, received=self.clock.now()))
        if digested:
            self.digest()
        self.reading = Reading(MemoryMailbox(self.store), access_by(rules), SystemClock(), Watching(self.bus))

    def digest(self) -> None:
        for number, kept in enumerate(list(self.store.messages(0)), 1):
            self.store.read(kept.key, Digest(Brief("done", subject=f"number{number}")))
        self.bus.publish(Nudge((BOB,)))

    async def found(self, query: Query, inbox: Inbox | None = BOB, reader: Reader = HERE) -> list[str]:
        return [one.id for one in await self.reading.search(reader, inbox, query, limit=9)]


async def test_a_search_finds_what_the_list_shows() -> None:
    place = Place(AnonymousRules(local=True))
    assert await place.found(OLD) == await place.found(OLD, None) == ["q0000001-0"]
    assert await place.found(Not(Words("nothing"))) == ["q0000002-0", "q0000001-0"]
    assert await place.found(OLD, EVE) == []


async def test_where_the_latest_only_is_shown_nothing_else_is_found() -> None:
    place = Place(AnonymousRules(reads="latest"))
    assert await place.found(OLD) == await place.found(Not(NEW)) == []
    assert await place.found(NEW) == await place.found(Not(OLD)) == ["q0000002-0"]


@pytest.mark.parametrize(
    ("rules", "inbox", "reader"),
    [
        (AnonymousRules(reads="none"), BOB, HERE),
        (AnonymousRules(key_required=True, local=True), BOB, HERE),
        (AnonymousRules(key_required=True, local=True), None, HERE),
        (AnonymousRules(local=True), None, ELSEWHERE),
        (AnonymousRules(), None, HERE),
    ],
)
async def test_what_may_not_be_read_is_not_searched(
    rules: AnonymousRules, inbox: Inbox | None, reader: Reader
) -> None:
    with pytest.raises(RefusedError) as refused:
        await Place(rules).found(OLD, inbox, reader)
    assert refused.value.refusal is Refusal.KEY_NEEDED


async def test_an_unknown_key_searches_nothing() -> None:
    with pytest.raises(RefusedError) as refused:
        await Place(AnonymousRules()).found(OLD, BOB, Reader(key=b"unknown"))
    assert refused.value.refusal is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize("inbox", [BOB, None])
async def test_a_search_waits_for_the_digest_of_the_newest_message(inbox: Inbox | None) -> None:
    place = Place(AnonymousRules(local=True), digested=False)
    watching, clock = Watching(place.bus), YoungClock(place.clock)
    place.reading = Reading(
        MemoryMailbox(place.store), access_by(AnonymousRules(local=True)), clock, watching
    )
    searching = asyncio.ensure_future(place.found(NEW, inbox))
    await asyncio.sleep(0.02)
    assert not searching.done()
    place.digest()
    assert await searching == ["q0000002-0"]


class YoungClock(SystemClock):
    """The time of day stands still, the stopwatch runs."""

    def __init__(self, hand: HandClock) -> None:
        self._hand = hand

    def now(self) -> int:
        return self._hand.now()
