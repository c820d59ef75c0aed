"""What was acknowledged is there, whatever happens; `python -m incidents` plays the same at full size."""

from pathlib import Path

import pytest

from incidents import faults, sync_order
from incidents.kill9 import kill_under_load
from incidents.strace import calls


@pytest.mark.parametrize("door", sync_order.DOORS)
async def test_no_acknowledgement_leaves_before_its_mail_is_synced(tmp_path: Path, door: str) -> None:
    seen = await sync_order.traced(tmp_path / "data", door)
    assert seen == sync_order.Order(acknowledged=sync_order.MAILS, early=0, empty=0)


@pytest.mark.parametrize("door", sync_order.DOORS)
async def test_that_check_sees_a_store_that_does_not_sync(tmp_path: Path, door: str) -> None:
    source = sync_order.unsyncing_copy(tmp_path)
    seen = await sync_order.traced(tmp_path / "data", door, source=source)
    assert seen == sync_order.Order(acknowledged=sync_order.MAILS, early=sync_order.MAILS, empty=0)


def test_an_acknowledgement_counts_that_is_being_written_when_the_trace_ends(tmp_path: Path) -> None:
    trace = [
        f'1  pwrite64(7<{tmp_path}/intake.db-wal>, "mail"..., 4096, 0) = 4096',
        f"1  fdatasync(7<{tmp_path}/intake.db-wal>) = 0",
        '1  write(9<TCP:[127.0.0.1:25->127.0.0.1:5000]>, "250 2.0.0 OK: queued as m"..., 58 <detached ...>',
    ]
    seen = sync_order.order(calls(trace), tmp_path)
    assert seen == sync_order.Order(acknowledged=1, early=0, empty=0)


@pytest.mark.timeout(120)
async def test_random_kills_under_load_lose_invent_and_double_nothing(tmp_path: Path) -> None:
    outcome = await kill_under_load(tmp_path / "data", kills=6, at_least=2_000, seed=2)
    assert outcome.supervisors >= 1
    assert outcome.audit.acknowledged >= 2_000
    assert outcome.audit.clean, outcome.audit


@pytest.mark.timeout(120)
@pytest.mark.parametrize("door", sync_order.DOORS)
async def test_failing_syncs_lose_nothing_and_a_fresh_process_goes_on(tmp_path: Path, door: str) -> None:
    outcome = await faults.failing_syncs(tmp_path / "data", door, mails=50)
    assert outcome.audit.clean, outcome.audit
    assert outcome.refused.keys() == faults.EIO_CODES
    assert outcome.told_after < 10 * faults.TOLD_WITHIN
    assert outcome.fresh_process


@pytest.mark.timeout(120)
async def test_a_full_disk_loses_nothing_and_mail_is_taken_again_when_there_is_room() -> None:
    outcome = await faults.full_disk(mails=50)
    assert outcome.audit.clean, outcome.audit
    assert outcome.refused.keys() <= faults.FULL_CODES
    assert outcome.refused
    assert outcome.told_after < 10 * faults.TOLD_WITHIN
