"""The mailbox and the maintenance of the SQLite store, beyond what every store promises."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.makers import BOB, EVE, NOON, HandClock, a_delivery
from mailweir.adapters.sqlite import place_queries
from mailweir.adapters.sqlite.connection import File, open_reader
from mailweir.adapters.sqlite.disk import probe
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.maintenance import SqliteMaintenance
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Host
from mailweir.model.message import MessageId
from mailweir.ports.errors import UnavailableError


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def intake(tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteIntake]:
    prepare(tmp_path, SystemClock())
    intake = SqliteIntake.in_thread(tmp_path, clock)
    yield intake
    await intake.close()


@pytest.fixture
async def mailbox(intake: SqliteIntake, tmp_path: Path, clock: HandClock) -> AsyncIterator[SqliteMailbox]:
    del intake
    mailbox = SqliteMailbox(tmp_path, clock)
    yield mailbox
    await mailbox.close()


def rows(directory: Path, table: str) -> int:
    connection = open_reader(directory)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").get  # noqa: S608  ours
    finally:
        connection.close()


@pytest.mark.parametrize(("most", "count"), [(3, 2), (4, 2), (5, 3), (6, 3)])
async def test_of_a_host_no_more_than_the_newest_are_counted(
    intake: SqliteIntake, tmp_path: Path, most: int, count: int
) -> None:
    for number, inbox in enumerate((BOB, EVE, BOB, EVE, BOB)):
        await intake.deliver(a_delivery(number, inbox))
    reader = open_reader(tmp_path)
    shown = place_queries.count_shown(reader, Host("inbox.test"), lambda inbox, _: inbox == BOB, most)
    reader.close()
    assert shown == count


async def test_the_last_copy_takes_the_message_along(
    intake: SqliteIntake, mailbox: SqliteMailbox, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    assert rows(tmp_path, "message") == 1
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    assert rows(tmp_path, "message") == 1
    await mailbox.delete(EVE, MessageId("q0000001-1"))
    assert rows(tmp_path, "message") == 0


async def test_a_slice_is_small(intake: SqliteIntake, mailbox: SqliteMailbox) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(1000)))
    removed: list[int] = []
    while count := await mailbox.expire(before=NOON + 10**6, keep=0):
        removed.append(count)
    assert sum(removed) == 1000
    assert removed[0] <= 50
    assert max(removed) <= 400


async def test_mail_that_comes_while_surplus_goes_waits_for_the_next_round(
    intake: SqliteIntake, mailbox: SqliteMailbox
) -> None:
    for number in range(12):
        await intake.deliver(a_delivery(number))
    assert await mailbox.expire(before=0, keep=10) == 2
    await intake.deliver(a_delivery(12))
    assert await mailbox.expire(before=0, keep=10) == 0
    assert await mailbox.expire(before=0, keep=10) == 1


async def test_surplus_whose_removal_failed_is_found_again(
    intake: SqliteIntake, mailbox: SqliteMailbox, clock: HandClock, tmp_path: Path
) -> None:
    for number in range(12):
        await intake.deliver(a_delivery(number))
    with (tmp_path / File.INTAKE.lock).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        removing = asyncio.create_task(mailbox.expire(before=0, keep=10))
        while not removing.done():
            clock.advance(1)
            await asyncio.sleep(0.01)
    with pytest.raises(UnavailableError):
        await removing
    assert await mailbox.expire(before=0, keep=10) == 2


async def test_large_messages_make_slices_smaller(intake: SqliteIntake, mailbox: SqliteMailbox) -> None:
    for number in range(4):
        await intake.deliver(a_delivery(number, raw=bytes(1024 * 1024 + 1)))
    assert await mailbox.expire(before=NOON + 10**6, keep=0) == 1


async def test_deliveries_go_on_while_mail_expires(intake: SqliteIntake, mailbox: SqliteMailbox) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(300)))

    async def expire() -> int:
        total = 0
        while count := await mailbox.expire(before=0, keep=10):
            total += count
        return total

    expired, _ = await asyncio.gather(
        expire(), asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(300, 400)))
    )
    assert expired + await expire() == 390
    newest = await mailbox.inbox(BOB, limit=1000)
    assert [copy.id for copy in newest] == [f"q{n:07d}-0" for n in range(399, 389, -1)]


async def test_notes_about_removed_mail_are_forgotten(
    intake: SqliteIntake, mailbox: SqliteMailbox, clock: HandClock, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1, BOB))
    await intake.deliver(a_delivery(2, EVE))
    await mailbox.expire(before=NOON + 10**6, keep=0)
    assert (rows(tmp_path, "gone"), rows(tmp_path, "changed")) == (2, 2)
    clock.advance(25 * 3600)
    await mailbox.expire(before=0, keep=0)
    assert (rows(tmp_path, "gone"), rows(tmp_path, "changed")) == (0, 0)


async def test_the_revision_of_an_inbox_with_mail_is_never_forgotten(
    intake: SqliteIntake, mailbox: SqliteMailbox, clock: HandClock
) -> None:
    await intake.deliver(a_delivery(1))
    await intake.deliver(a_delivery(2))
    await mailbox.delete(BOB, MessageId("q0000002-0"))
    revision = await mailbox.revision(BOB)
    clock.advance(7200)
    await mailbox.expire(before=0, keep=0)
    assert await mailbox.revision(BOB) == revision


async def test_numbers_go_on_after_a_restart_with_an_empty_store(
    intake: SqliteIntake, mailbox: SqliteMailbox, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1))
    (before,) = await mailbox.all(limit=1)
    await mailbox.delete(BOB, before.id)
    await intake.close()
    prepare(tmp_path, SystemClock())
    fresh = SqliteIntake.in_thread(tmp_path, SystemClock())
    await fresh.deliver(a_delivery(2))
    await fresh.close()
    (after,) = await mailbox.all(limit=1)
    assert after.seq > before.seq


async def test_a_store_that_is_not_there_yet_is_unavailable_until_it_is(tmp_path: Path) -> None:
    mailbox = SqliteMailbox(tmp_path, SystemClock())
    with pytest.raises(UnavailableError):
        await mailbox.all(limit=1)
    prepare(tmp_path, SystemClock())
    assert await mailbox.all(limit=1) == []
    await mailbox.close()


async def test_a_closed_mailbox_is_unavailable(mailbox: SqliteMailbox) -> None:
    await mailbox.close()
    await mailbox.close()
    with pytest.raises(UnavailableError):
        await mailbox.inbox(BOB, limit=1)


async def test_a_checkpoint_gives_back_what_a_quiet_wal_does_not_need(
    intake: SqliteIntake, mailbox: SqliteMailbox, tmp_path: Path, clock: HandClock
) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(50)))
    maintenance = SqliteMaintenance(tmp_path, clock, kept=0)
    await maintenance.checkpoint()
    assert (tmp_path / "intake.db-wal").stat().st_size == 0
    await intake.deliver(a_delivery(50))
    assert len(await mailbox.all(limit=1000)) == 51
    await maintenance.close()
    await maintenance.close()


async def test_a_wal_in_use_begins_anew_and_keeps_its_place_on_the_disk(
    intake: SqliteIntake, mailbox: SqliteMailbox, tmp_path: Path, clock: HandClock
) -> None:
    wal = tmp_path / "intake.db-wal"
    maintenance = SqliteMaintenance(tmp_path, clock, restart_at=0)
    sizes: list[int] = []
    for first in range(0, 500, 50):
        await asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(first, first + 50)))
        await maintenance.checkpoint()
        sizes.append(wal.stat().st_size)
    assert 0 < max(sizes) < 2 * sizes[0]  # ten rounds do not add up
    assert len(await mailbox.all(limit=1000)) == 500
    await maintenance.close()


async def test_a_reader_that_stays_holds_up_neither_checkpoint_nor_intake(
    intake: SqliteIntake, tmp_path: Path, clock: HandClock
) -> None:
    await intake.deliver(a_delivery(1))
    reader = open_reader(tmp_path)
    reader.execute("BEGIN; SELECT count(*) FROM entry")
    await intake.deliver(a_delivery(2))
    maintenance = SqliteMaintenance(tmp_path, clock, kept=0)
    await asyncio.wait_for(maintenance.checkpoint(), 2)
    await asyncio.wait_for(intake.deliver(a_delivery(3)), 2)
    assert (tmp_path / "intake.db-wal").stat().st_size > 0
    reader.close()
    await maintenance.checkpoint()
    assert (tmp_path / "intake.db-wal").stat().st_size == 0
    await maintenance.close()


async def test_a_reader_that_stays_does_not_keep_a_process_from_starting(
    intake: SqliteIntake, mailbox: SqliteMailbox, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1))
    reader = open_reader(tmp_path)
    reader.execute("BEGIN; SELECT count(*) FROM entry")
    await asyncio.gather(*(intake.deliver(a_delivery(number, raw=bytes(400))) for number in range(2, 1000)))
    before = (tmp_path / "intake.db-wal").read_bytes()
    await asyncio.wait_for(asyncio.to_thread(prepare, tmp_path, SystemClock()), 5)
    assert (tmp_path / "intake.db-wal").read_bytes() == before
    assert reader.execute("SELECT count(*) FROM entry").get == 1
    reader.close()
    assert len(await mailbox.all(limit=1000)) == 999


def test_a_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    probe(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_probe_of_a_place_that_takes_no_files_fails(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="takes no writes: No such file"):
        probe(tmp_path / "nowhere")
