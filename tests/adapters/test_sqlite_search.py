"""Searching on SQLite: how a query is asked for, what it costs, and what happens to an older index."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fakes.makers import BOB, EVE, NOON, HandClock, a_delivery
from mailweir.adapters.parser_pool.digesting import digest_of
from mailweir.adapters.sqlite.connection import File, open_reader, open_writer
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.migration import migrate, released
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.sqlite.search import SECONDS, compiled
from mailweir.adapters.sqlite.search_index import ERA_BITS
from mailweir.adapters.sqlite.search_rows import header_mark
from mailweir.adapters.sqlite.search_terms import spans
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox
from mailweir.model.message import Delivery
from mailweir.model.query import Query, QueryError, Words
from mailweir.policy.query import parse
from mailweir.ports.errors import TooBroadError

COMMON = Words("hello")


@dataclass(frozen=True, slots=True)
class Place:
    """A store with both of its writers."""

    directory: Path
    intake: SqliteIntake
    digests: SqliteDigests
    mailbox: SqliteMailbox

    async def fill(self, count: int, *inboxes: Inbox) -> None:
        mail = (a_delivery(number, *inboxes, received=NOON + number) for number in range(count))
        await self.keep(mail)

    async def keep(self, mail: Iterable[Delivery]) -> None:
        await asyncio.gather(*map(self.intake.deliver, mail))
        while unread := await self.digests.undigested(64):
            await self.digests.keep([(one.key, digest_of(one.raw)) for one in unread])


@asynccontextmanager
async def a_place(directory: Path) -> AsyncGenerator[Place]:
    clock = HandClock()
    prepare(directory, SystemClock())
    intake = SqliteIntake.in_thread(directory, clock)
    found = Place(directory, intake, SqliteDigests(directory, clock), SqliteMailbox(directory, clock))
    try:
        yield found
    finally:
        await intake.close()
        await found.digests.close()
        await found.mailbox.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with a_place(tmp_path) as found:
        yield found


def query(text: str) -> Query:
    found = parse(text)
    assert not isinstance(found, QueryError)
    return found


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a b", '({ANY} : "a" AND {ANY} : "b")'),
        ("a a", '({ANY} : "a")'),
        ("-a", '((marks : "all") NOT ({ANY} : "a"))'),
        ("a -b -c", '(({ANY} : "a") NOT ({ANY} : "b" OR {ANY} : "c"))'),
        ("from:a OR b", '((sender : "a" OR {ANY} : "b"))'),
        ('"say \\"hi\\" *"', '({ANY} : "say ""hi"" *")'),
        ("text:abc*", '(body : "abc"*)'),
        ("has:code", '(marks : "code")'),
        ("header:x=1", f'(marks : "{header_mark("x", "1")}")'),
    ],
)
def test_a_query_becomes_words_in_quotes_of_ours(text: str, match: str) -> None:
    (span,) = spans(query(text), None)
    assert span.match.replace("{subject sender recipient copied body attachment}", "{ANY}") == match


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        ("a after:2026-01-01 before:2026-01-02", 1),
        ("after:2026-01-01 before:2026-01-01", 0),
        ("after:2026-01-01 OR before:2026-01-01", 1),
        ("a OR before:2026-01-01", 2),
        ("a OR (b after:2026-01-01 before:2026-01-02)", 3),
        ("-(a before:2026-01-01)", 2),
    ],
)
def test_a_query_is_as_many_spans_as_its_times_make(text: str, count: int) -> None:
    found = spans(query(text), None)
    assert len(found) == count
    assert all(newer.start == older.end for newer, older in pairwise(found))


@pytest.mark.parametrize("inbox", [None, BOB])
@pytest.mark.parametrize("text", ["hello", "hello before:2030-01-01 after:2020-01-01", "-hello"])
async def test_no_plan_reads_a_table_or_sorts_messages(place: Place, text: str, inbox: Inbox | None) -> None:
    statement, bindings = compiled(spans(query(text), inbox), inbox, 20)
    connection = open_reader(place.directory)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bindings)]
    connection.close()
    scanned = {step.split()[1] for step in plan if step.startswith("SCAN")}
    assert scanned == {"search", "found", "picked"}
    # The copies of the messages that were found are sorted, and nothing before them.
    assert [step for step in plan if "TEMP B-TREE" in step] == ["USE TEMP B-TREE FOR ORDER BY"]
    assert plan.index("USE TEMP B-TREE FOR ORDER BY") > plan.index("SCAN found")


async def test_a_common_word_costs_what_is_asked_for(place: Place) -> None:
    """Steps of SQLite's machine, which no machine's speed changes."""
    await place.fill(300, EVE)
    few = steps(place, COMMON, None, 5)
    await place.fill(600, EVE)
    assert steps(place, COMMON, None, 5) <= few * 1.2


async def test_a_small_inbox_costs_what_is_in_it(place: Place) -> None:
    await place.fill(3, BOB)
    few = steps(place, COMMON, BOB, 100)
    await place.fill(600, EVE)
    assert steps(place, COMMON, BOB, 100) < few + 60  # less than a step for each other message


def steps(place: Place, query: Query, inbox: Inbox | None, limit: int) -> int:
    """How often SQLite's machine steps for an answer, in tens."""
    count = 0

    def step() -> bool:
        nonlocal count
        count += 1
        return False

    connection = open_reader(place.directory)
    statement, bindings = compiled(spans(query, inbox), inbox, limit)
    connection.set_progress_handler(step, 10)
    assert connection.execute(statement, bindings).fetchall()
    connection.close()
    return count


class RushingClock(HandClock):
    """A second passes with every look."""

    def monotonic(self) -> float:
        self.advance(SECONDS)
        return super().monotonic()


async def test_a_search_ends_when_its_time_is_over_and_the_next_one_is_answered(place: Place) -> None:
    await place.fill(300, EVE)
    clock = RushingClock()
    mailbox = SqliteMailbox(place.directory, clock)
    wide = query(" OR ".join(f"(-w{number})" for number in range(40)))
    with pytest.raises(TooBroadError):
        await mailbox.search(None, wide, limit=1000)
    assert len(await mailbox.inbox(EVE, limit=1000)) == 300
    assert len(await mailbox.search(None, COMMON, limit=1)) == 1
    await mailbox.close()


async def test_messages_that_come_out_of_order_are_found_by_their_time(place: Place) -> None:
    size = 1 << ERA_BITS
    numbers = range(size // 2 + 10)  # with two copies each: some more than an era
    await place.keep(a_delivery(n, BOB, EVE, received=NOON + (n * 7919) % size) for n in numbers)
    everything = await place.mailbox.inbox(BOB, limit=9999)
    for moment in (0, 1, size // 2, size - 1, size):
        when = NOON + moment
        for asked, expected in (
            (query(f"before:{iso(when)}"), [one for one in everything if one.received < when]),
            (query(f"hello after:{iso(when)}"), [one for one in everything if one.received >= when]),
        ):
            assert list(await place.mailbox.search(BOB, asked, limit=9999)) == expected


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")


async def test_eras_go_with_their_messages(place: Place) -> None:
    await place.fill(1 << ERA_BITS, BOB, EVE)
    assert eras(place) == [0, 1]
    while await place.mailbox.expire(before=NOON + (1 << ERA_BITS) - 1, keep=0):
        pass
    for _ in range(4):
        await place.digests.tidy()
    assert eras(place) == [1]


def eras(place: Place) -> list[int]:
    connection = open_reader(place.directory)
    numbers = [number for (number,) in connection.execute("SELECT number FROM era ORDER BY number")]
    connection.close()
    return numbers


async def test_a_message_that_was_digested_before_there_was_an_index_is_read_once_more(
    tmp_path: Path,
) -> None:
    connection = open_writer(tmp_path, File.INDEX)
    migrate(connection, released(File.INDEX)[:1], File.INDEX.database)
    connection.execute("INSERT INTO digest VALUES (1, 1, 'done', x'', 0, 0, x'')")
    connection.execute("INSERT INTO touched VALUES (?, 7)", (BOB,))
    connection.execute("UPDATE progress SET digested = 1, last = 7")
    connection.close()
    async with a_place(tmp_path) as place:
        await place.fill(1, BOB)
        assert len(await place.mailbox.search(BOB, COMMON, limit=9)) == 1
        assert await place.mailbox.revision(BOB) & 0xFF == 8
