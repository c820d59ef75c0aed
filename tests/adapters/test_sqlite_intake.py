"""Group commit, and what becomes of it on a disk that fails."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.apart import an_intake_apart
from fakes.faulty_disk import FaultyDisk
from fakes.makers import BOB, EVE, HandClock, a_delivery
from mailweir.adapters.sqlite.disk import Watermarks
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox
from mailweir.model.message import Recipient
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room


@pytest.fixture
def disk() -> FaultyDisk:
    return FaultyDisk()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["thread", "apart"])
async def intake(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock, disk: FaultyDisk
) -> AsyncIterator[SqliteIntake]:
    """Wherever it commits, it keeps the same promises."""
    prepare(tmp_path, SystemClock())
    if request.param == "apart":
        async with an_intake_apart(tmp_path, clock, vfs=disk.name) as intake:
            yield intake
        return
    intake = SqliteIntake.in_thread(tmp_path, clock, vfs=disk.name)
    yield intake
    await intake.close()


async def kept(directory: Path) -> list[str]:
    mailbox = SqliteMailbox(directory, SystemClock())
    try:
        return sorted(str(copy.id) for copy in await mailbox.all(limit=1000))
    finally:
        await mailbox.close()


async def failures(intake: SqliteIntake, *numbers: int) -> list[UnavailableError]:
    outcomes = await asyncio.gather(
        *(intake.deliver(a_delivery(number)) for number in numbers), return_exceptions=True
    )
    return [outcome for outcome in outcomes if isinstance(outcome, UnavailableError)]


async def test_deliveries_of_the_same_moment_share_three_syncs(
    intake: SqliteIntake, disk: FaultyDisk
) -> None:
    await intake.deliver(a_delivery(0))
    before = disk.syncs
    await asyncio.gather(*(intake.deliver(a_delivery(number)) for number in range(1, 201)))
    assert disk.syncs - before == 3  # two that start early, and the rest


async def test_a_delivery_is_not_acknowledged_before_its_sync(intake: SqliteIntake, disk: FaultyDisk) -> None:
    before = disk.syncs
    waiting = intake.deliver(a_delivery(1))
    assert not waiting.done()
    await waiting
    assert disk.syncs > before


async def test_one_nudge_tells_of_a_whole_batch(tmp_path: Path, clock: HandClock) -> None:
    nudges: list[tuple[Inbox, ...]] = []
    prepare(tmp_path, SystemClock())
    intake = SqliteIntake.in_thread(tmp_path, clock, on_commit=nudges.append)
    await asyncio.gather(*(intake.deliver(a_delivery(number, BOB, EVE)) for number in range(7)))
    await intake.close()
    assert nudges == [(BOB, EVE)]


@pytest.mark.parametrize(
    "broken",
    [
        Recipient(None, EVE),  # pyright: ignore[reportArgumentType]  # what a defect of ours would do
        Recipient("\udcff", EVE),
        Recipient(EVE, Inbox("\udcff")),
    ],
    ids=["none", "surrogate-original", "surrogate-inbox"],
)
async def test_one_delivery_that_cannot_be_stored_takes_no_other_with_it(
    intake: SqliteIntake, tmp_path: Path, broken: Recipient
) -> None:
    numbers = range(9)
    outcomes = await asyncio.gather(
        *(intake.deliver(a_delivery(n, BOB, *([broken] if n == 4 else []))) for n in numbers),
        return_exceptions=True,
    )
    assert [isinstance(outcome, UnavailableError) for outcome in outcomes] == [n == 4 for n in numbers]
    assert await kept(tmp_path) == [f"q{n:07d}-0" for n in numbers if n != 4]


async def test_a_headers_text_that_cannot_be_packed_takes_no_other_with_it(
    intake: SqliteIntake, tmp_path: Path
) -> None:
    outcomes = await asyncio.gather(
        intake.deliver(a_delivery(1)),
        intake.deliver(a_delivery(2, sender="\udcff@origin.test")),
        intake.deliver(a_delivery(3)),
        return_exceptions=True,
    )
    assert [outcome is None for outcome in outcomes] == [True, False, True]
    assert await kept(tmp_path) == ["q0000001-0", "q0000003-0"]


async def test_after_a_failed_sync_nothing_is_accepted_or_synced_again(
    intake: SqliteIntake, disk: FaultyDisk, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1))
    disk.sync_fails = True
    assert len(await failures(intake, 2, 3, 4)) == 3
    await asyncio.wait_for(intake.broken.wait(), 5)
    disk.sync_fails = False
    syncs = disk.syncs
    assert len(await failures(intake, 5)) == 1
    assert intake.room() is Room.BROKEN
    assert disk.syncs == syncs
    await intake.close()
    assert "q0000001-0" in await kept(tmp_path)


async def test_what_waits_behind_a_failed_sync_fails_too(intake: SqliteIntake, disk: FaultyDisk) -> None:
    await intake.deliver(a_delivery(0))
    disk.sync_fails = True
    first = intake.deliver(a_delivery(1))
    await asyncio.sleep(0)
    behind = asyncio.gather(*(intake.deliver(a_delivery(n)) for n in range(2, 9)), return_exceptions=True)
    with pytest.raises(UnavailableError):
        await first
    assert all(isinstance(outcome, UnavailableError) for outcome in await behind)


async def test_a_batch_in_flight_behind_a_failed_sync_is_not_acknowledged_by_a_sync_that_succeeds(
    intake: SqliteIntake, disk: FaultyDisk
) -> None:
    await intake.deliver(a_delivery(0))
    disk.failing = 1
    assert len(await failures(intake, *range(1, 101))) == 100
    assert disk.failing == 0
    assert intake.broken.is_set()


async def test_a_fresh_start_after_a_failed_sync_keeps_mail_again(
    intake: SqliteIntake, disk: FaultyDisk, tmp_path: Path
) -> None:
    await intake.deliver(a_delivery(1))
    disk.sync_fails = True
    assert len(await failures(intake, 2)) == 1
    await intake.close()
    prepare(tmp_path, SystemClock())
    assert (tmp_path / "intake.db-wal").stat().st_size == 0
    fresh = SqliteIntake.in_thread(tmp_path, SystemClock())
    await fresh.deliver(a_delivery(3))
    await fresh.close()
    assert {"q0000001-0", "q0000003-0"} <= set(await kept(tmp_path))


async def test_a_full_disk_is_said_and_ends_when_there_is_room(
    intake: SqliteIntake, disk: FaultyDisk, clock: HandClock, tmp_path: Path
) -> None:
    calm = intake.room()
    disk.is_full = True
    assert [failure.full for failure in await failures(intake, 1, 2)] == [True, True]
    assert intake.room() is Room.FULL
    assert not intake.broken.is_set()
    disk.is_full = False
    clock.advance(2)
    assert intake.room() is Room.FULL  # and has it probed
    await intake.deliver(a_delivery(3))
    assert intake.room() is calm
    assert await kept(tmp_path) == ["q0000003-0"]


@pytest.mark.parametrize(
    ("watermarks", "room"),
    [
        (Watermarks(slow=0.0, full=1.1), Room.SLOW),
        (Watermarks(slow=0.0, full=0.0), Room.FULL),
        (Watermarks(slow=1.1, full=1.1), Room.CALM),
    ],
)
async def test_the_room_goes_by_the_watermarks(
    tmp_path: Path, clock: HandClock, watermarks: Watermarks, room: Room
) -> None:
    prepare(tmp_path, SystemClock())
    intake = SqliteIntake.in_thread(tmp_path, clock, watermarks=watermarks)
    assert intake.room() is room
    await intake.close()


def test_what_deleted_mail_left_inside_the_file_is_room(tmp_path: Path) -> None:
    strict = Watermarks(slow=0.0001, full=0.0001)
    assert strict.room(tmp_path, unused=2**60) is Room.CALM


async def test_a_writer_that_is_held_up_gives_up_in_time(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    intake = SqliteIntake.in_thread(tmp_path, SystemClock(), patience=0.05)
    with (tmp_path / "intake.lock").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match=r"intake\.lock was held by another process for 0\.05 s"):
            await intake.deliver(a_delivery(1))
    await intake.deliver(a_delivery(1))
    await intake.close()


async def test_mail_that_the_disk_cannot_keep_up_with_is_refused(intake: SqliteIntake) -> None:
    large = bytes(30 * 1024 * 1024)
    outcomes = await asyncio.gather(
        *(intake.deliver(a_delivery(number, raw=large)) for number in range(3)), return_exceptions=True
    )
    assert [isinstance(outcome, UnavailableError) for outcome in outcomes] == [False, False, True]


async def test_an_acknowledgement_that_nobody_waits_for_harms_nobody(
    intake: SqliteIntake, tmp_path: Path
) -> None:
    gone, there = intake.deliver(a_delivery(1)), intake.deliver(a_delivery(2))
    gone.cancel()
    await there
    assert await kept(tmp_path) == ["q0000001-0", "q0000002-0"]


async def test_closing_waits_for_what_is_pending_and_refuses_what_comes(
    intake: SqliteIntake, tmp_path: Path
) -> None:
    waiting = [intake.deliver(a_delivery(number)) for number in range(5)]
    await intake.close()
    await intake.close()
    assert all(future.done() and future.exception() is None for future in waiting)
    assert len(await failures(intake, 9)) == 1
    assert len(await kept(tmp_path)) == 5
