"""A file that may be lost: whatever befalls it, mail and processes do not notice."""

import asyncio
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakes.makers import BOB, EVE, HandClock, an_explanation
from mailweir.adapters.sqlite import explanation_writer
from mailweir.adapters.sqlite.connection import File, open_unpromised, open_writer
from mailweir.adapters.sqlite.explanations import SqliteExplanations
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.explanation import Explanation
from mailweir.ports.errors import UnavailableError

NAME = File.EXPLANATIONS.database


def a_store(directory: Path) -> SqliteExplanations:
    return SqliteExplanations(directory, HandClock())


async def until_there(store: SqliteExplanations, count: int) -> None:
    for _ in range(1_000):
        if len(await store.latest(limit=99)) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is not there")


async def until_lost(store: SqliteExplanations, count: int) -> None:
    for _ in range(1_000):
        if store.lost >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is not lost")


async def test_what_one_process_keeps_another_reads(tmp_path: Path) -> None:
    first, second, reader = a_store(tmp_path), a_store(tmp_path), a_store(tmp_path)
    assert await reader.latest(limit=9) == []
    first.keep(an_explanation(1))
    second.keep(an_explanation(2, EVE))
    await until_there(reader, 2)
    for store in (first, second, reader):
        await store.close()


async def test_a_file_that_is_damaged_is_begun_anew_under_those_who_have_it_open(tmp_path: Path) -> None:
    writer, reader = a_store(tmp_path), a_store(tmp_path)
    writer.keep(an_explanation(1))
    await until_there(reader, 1)
    for end in ("-wal", "-shm"):
        (tmp_path / f"{NAME}{end}").unlink()
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(UnavailableError):
        await reader.latest(limit=9)
    assert await reader.latest(limit=9) == []
    writer.keep(an_explanation(2))
    await until_there(reader, 1)
    await writer.close()
    await reader.close()


async def test_a_file_of_another_version_is_begun_anew_but_not_by_who_only_looks(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.keep(an_explanation(1))
    await store.close()
    with open_unpromised(tmp_path, File.EXPLANATIONS) as connection:
        connection.execute("INSERT INTO migration VALUES (99, '0099_later', '')")
    looking = SqliteExplanations(tmp_path, HandClock(), renews=False)
    for _ in range(2):
        with pytest.raises(UnavailableError, match="newer Mailweir"):
            await looking.latest(limit=9)
    await looking.close()
    store = a_store(tmp_path)
    store.keep(an_explanation(2))
    await until_lost(store, 1)
    store.keep(an_explanation(3))
    await until_there(store, 1)
    await store.close()


async def test_a_disk_that_takes_nothing_loses_explanations_and_counts_them(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    store = a_store(tmp_path)
    for number in range(3):
        store.keep(an_explanation(number))
    await until_lost(store, 3)
    with pytest.raises(UnavailableError):
        await store.of_inbox(BOB, limit=9)
    (tmp_path / NAME).rmdir()
    store.keep(an_explanation(4))
    await until_there(store, 1)
    assert store.lost == 3
    await store.close()


async def test_a_directory_that_is_not_there_is_as_a_broken_disk(tmp_path: Path) -> None:
    store = a_store(tmp_path / "none")
    store.keep(an_explanation(1))
    await until_lost(store, 1)
    with pytest.raises(UnavailableError):
        await store.latest(limit=9)
    await store.close()


async def test_what_no_file_can_hold_is_lost_alone(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for one in (an_explanation(1), replace(an_explanation(2), hello="half \ud800"), an_explanation(3)):
        store.keep(one)
    await store.close()
    assert store.lost == 1
    store = a_store(tmp_path)
    assert len(await store.of_inbox(BOB, limit=9)) == 2
    await store.close()


async def test_what_another_version_has_kept_is_passed_over(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for number in range(3):
        store.keep(an_explanation(number))
    await until_there(store, 3)
    with open_unpromised(tmp_path, File.EXPLANATIONS) as connection:
        connection.execute(
            """UPDATE explanation SET told = replace(told, '"rule":"inbox"', '"rule":"x"') WHERE number = 2"""
        )
    assert len(await store.latest(limit=9)) == 2
    await store.close()


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_who_is_given_more_than_he_writes_drops_and_counts(
    surplus: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation_writer, "_PAUSE", 0.0)
    held, reached, written = threading.Event(), threading.Event(), list[Explanation]()

    def write(batch: list[Explanation]) -> None:
        reached.set()
        assert held.wait(10)
        written.extend(batch)

    writer = explanation_writer.ExplanationWriter(write)  # pyright: ignore[reportArgumentType]
    writer.put(an_explanation())
    assert reached.wait(10)
    for number in range(explanation_writer.QUEUED + surplus):
        writer.put(an_explanation(number))
    assert writer.lost == max(surplus, 0)
    held.set()
    assert writer.end()
    assert len(written) == 1 + explanation_writer.QUEUED + min(surplus, 0)
    writer.put(an_explanation())
    assert writer.lost == max(surplus, 0) + 1, "after its end it takes no more"


async def test_it_has_no_lock_in_common_with_the_intake(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    assert not (tmp_path / NAME).exists(), "nobody's start depends on it"
    store = a_store(tmp_path)
    connection = open_writer(tmp_path)
    connection.execute("BEGIN IMMEDIATE")
    store.keep(an_explanation())
    await until_there(store, 1)
    connection.close()
    await store.close()
