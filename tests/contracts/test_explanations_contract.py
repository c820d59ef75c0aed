"""What every store of explanations does."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakes.makers import BOB, EVE, NOON, HandClock, an_explanation
from mailweir.adapters.memory.explanations import MemoryExplanations
from mailweir.adapters.sqlite.explanations import SqliteExplanations
from mailweir.model.address import Host, Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action, Rule
from mailweir.ports.explanations import KEPT_FOR, KEPT_OF_INBOX, Explanations

HOST = Host("inbox.test")
MOST = 60


@dataclass
class Stand:
    """A store, and the clock that it goes by."""

    explanations: Explanations
    clock: HandClock
    anew: Callable[[], SqliteExplanations] | None

    async def keep(self, *explanations: Explanation) -> None:
        """Until they are there: a process that ends has written what it was given."""
        for one in explanations:
            self.explanations.keep(one)
        if self.anew is not None and isinstance(self.explanations, SqliteExplanations):
            await self.explanations.close()
            assert self.explanations.lost == 0
            self.explanations = self.anew()

    async def numbers(self, inbox: Inbox | None = BOB, **bounds: int) -> Sequence[int]:
        """Which are there, of an inbox or of all."""
        asked = {"limit": 999, **bounds}
        store = self.explanations
        found = await (store.latest(**asked) if inbox is None else store.of_inbox(inbox, **asked))
        return [one.at - NOON for one in found]


@pytest.fixture(params=["memory", "sqlite"])
async def stand(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stand]:
    clock = HandClock()
    if request.param == "memory":
        yield Stand(MemoryExplanations(clock, most=MOST), clock, None)
        return

    def anew() -> SqliteExplanations:
        return SqliteExplanations(tmp_path, clock, most=MOST)

    made = Stand(anew(), clock, anew)
    yield made
    assert isinstance(made.explanations, SqliteExplanations)
    await made.explanations.close()


def several(numbers: Iterable[int], inbox: Inbox = BOB, rule: Rule = Rule.INBOX) -> Sequence[Explanation]:
    return [an_explanation(number, inbox, rule) for number in numbers]


async def test_what_is_kept_is_told_as_it_was(stand: Stand) -> None:
    told = an_explanation(1)
    odd = replace(an_explanation(2, EVE, Rule.FLOOD, Action.SLOW, reply=""), sender=None, hello="é\x00\n")
    await stand.keep(told, odd, replace(told, inbox=None))
    assert await stand.explanations.of_inbox(BOB, limit=9) == [told]
    assert await stand.explanations.of_inbox(EVE, limit=9) == [odd]


async def test_a_store_that_was_never_written_to_is_empty(stand: Stand) -> None:
    assert await stand.explanations.latest(limit=9) == []
    assert await stand.explanations.of_code("00c0ffee00", limit=9) == []


async def test_the_newest_come_first_and_no_more_than_are_wanted(stand: Stand) -> None:
    await stand.keep(*several(range(4)))
    assert await stand.numbers() == [3, 2, 1, 0]
    assert await stand.numbers(limit=3) == [3, 2, 1]
    assert await stand.numbers(limit=0) == []
    assert await stand.numbers(None, limit=2) == [3, 2]


async def test_what_came_before_a_moment_is_left_out(stand: Stand) -> None:
    await stand.keep(*several(range(4)))
    assert await stand.numbers(since=NOON + 2) == [3, 2]
    assert await stand.numbers(None, since=NOON + 3) == [3]


async def test_a_code_finds_all_that_it_stands_for(stand: Stand) -> None:
    first, other = an_explanation(0, code="aaaaaaaaaa"), an_explanation(1, code="bbbbbbbbbb")
    unknown = an_explanation(2, None, code="aaaaaaaaaa")
    await stand.keep(first, other, unknown)
    assert await stand.explanations.of_code("aaaaaaaaaa", limit=9) == [unknown, first]
    assert await stand.explanations.of_code("aaaaaaaaaa", limit=1) == [unknown]
    assert await stand.explanations.of_code("aaaaaaaaaa", limit=9, since=NOON + 3) == []
    assert await stand.explanations.of_code("cccccccccc", limit=9) == []


async def test_at_a_host_only_the_wanted_inboxes_are_told_of(stand: Stand) -> None:
    far = an_explanation(3, Inbox("bob@far.test"))
    await stand.keep(*several(range(2)), an_explanation(2, EVE), far, an_explanation(4, None))
    store = stand.explanations
    found = await store.at_host(HOST, limit=9, wanted=lambda inbox: inbox == BOB)
    assert [one.at - NOON for one in found] == [1, 0]
    every = await store.at_host(HOST, limit=2, wanted=lambda _: True)
    assert [one.at - NOON for one in every] == [2, 1]
    assert await store.at_host(HOST, limit=0, wanted=lambda _: True) == []
    assert await store.at_host(HOST, limit=9, wanted=lambda _: True, since=NOON + 3) == []


@pytest.mark.parametrize("count", [KEPT_OF_INBOX - 1, KEPT_OF_INBOX, KEPT_OF_INBOX + 1])
async def test_of_one_inbox_the_newest_are_kept(stand: Stand, count: int) -> None:
    await stand.keep(an_explanation(1_000, EVE), *several(range(count)))
    assert await stand.numbers() == list(range(count - 1, max(count - KEPT_OF_INBOX, 0) - 1, -1))
    assert await stand.numbers(EVE) == [1_000]


@pytest.mark.parametrize("surplus", [-1, 0, 1, 5])
async def test_of_all_the_rule_that_has_the_most_loses_its_oldest(stand: Stand, surplus: int) -> None:
    await stand.keep(*several([0, 1], EVE, Rule.FLOOD))
    spray = [an_explanation(2 + at, Inbox(f"{at}@inbox.test")) for at in range(MOST - 2 + surplus)]
    await stand.keep(*spray)
    lost = max(surplus, 0)
    assert await stand.numbers(None) == [*range(MOST + surplus - 1, 1 + lost, -1), 1, 0]


async def test_when_one_rule_has_not_enough_the_next_loses(stand: Stand) -> None:
    rules = (Rule.INBOX, Rule.FLOOD, Rule.NOT_OURS)
    await stand.keep(*(an_explanation(at, Inbox(f"{at}@inbox.test"), rules[at % 3]) for at in range(200)))
    kept = await stand.numbers(None)
    assert len(kept) == MOST
    assert kept[0] == 199


@pytest.mark.parametrize(("late", "there"), [(-1, True), (0, True), (1, False)])
async def test_after_a_week_it_is_told_no_more(stand: Stand, late: int, *, there: bool) -> None:
    await stand.keep(an_explanation(0))
    stand.clock.advance((KEPT_FOR + late) / 1000)
    assert bool(await stand.numbers()) is there
    await stand.keep(an_explanation(at=stand.clock.now(), inbox=EVE))
    stand.clock.passed = 0.0
    assert bool(await stand.numbers()) is there, "what is not told is gone, too"
