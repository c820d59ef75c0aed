"""The layout of a database: taken forward step by step, or refused with a sentence."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes.makers import BOB, a_delivery
from mailweir.adapters.sqlite.connection import open_reader
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.migration import Migration, StoreVersionError, released
from mailweir.adapters.sqlite.packing import Packer
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.sqlite.rows import prepare_rows
from mailweir.adapters.sqlite.writer import Writer
from mailweir.adapters.system import SystemClock
from mailweir.ports.errors import UnavailableError

NEXT = Migration(9001, "9001_colour", "CREATE TABLE colour (name TEXT); INSERT INTO colour VALUES ('red')")
AFTER = Migration(9002, "9002_shade", "ALTER TABLE colour ADD COLUMN shade TEXT")


def ask(directory: Path, question: str) -> object:
    connection = open_reader(directory)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def layout(directory: Path) -> object:
    return ask(directory, "SELECT sql FROM sqlite_schema ORDER BY name")


def keep_one(directory: Path) -> None:
    """As every version so far could: in the columns of the first step."""
    delivery = a_delivery(1)
    prepared = prepare_rows(delivery, *Packer().pack([delivery.raw]))
    writer = Writer(directory, SystemClock())
    with writer.transaction() as connection:
        connection.execute("INSERT INTO message VALUES (1,?,?,?,?,?,?,?,?)", prepared.columns)
        connection.execute(
            "INSERT INTO entry (seq, message, inbox, original, position) VALUES (1, 1, ?, ?, 0)", (BOB, BOB)
        )
        connection.execute("UPDATE counter SET last = 1")
    writer.close()


@pytest.mark.parametrize("taken", range(len(released()) + 2))
async def test_every_earlier_version_becomes_this_one(tmp_path: Path, taken: int) -> None:
    steps = (*released(), NEXT, AFTER)
    prepare(tmp_path / "old", SystemClock(), steps=steps[:taken])
    if taken:
        keep_one(tmp_path / "old")
    prepare(tmp_path / "old", SystemClock(), steps=steps)
    prepare(tmp_path / "new", SystemClock(), steps=steps)
    assert layout(tmp_path / "old") == layout(tmp_path / "new")
    assert ask(tmp_path / "old", "SELECT name, shade FROM colour") == [("red", None)]
    mailbox = SqliteMailbox(tmp_path / "old", SystemClock())
    assert len(await mailbox.inbox(BOB, limit=9)) == min(taken, 1)
    await mailbox.close()


def test_released_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in released()] == list(range(1, len(released()) + 1))


def test_preparing_again_changes_nothing(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    before = ask(tmp_path, "SELECT * FROM migration")
    prepare(tmp_path, SystemClock())
    assert ask(tmp_path, "SELECT * FROM migration") == before


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock(), steps=(*released(), NEXT))
    with pytest.raises(StoreVersionError, match=r"newer Mailweir \(it has step 9001_colour\): start that"):
        prepare(tmp_path, SystemClock())


def test_a_step_that_was_edited_after_its_release_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock(), steps=(*released(), NEXT))
    edited = Migration(NEXT.number, NEXT.name, NEXT.sql.replace("red", "blue"))
    with pytest.raises(StoreVersionError, match="another text of step 9001_colour"):
        prepare(tmp_path, SystemClock(), steps=(*released(), edited))


def test_a_step_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    failing = Migration(
        9001, "9001_colour", "CREATE TABLE colour (name TEXT); INSERT INTO nowhere VALUES (1)"
    )
    with pytest.raises(UnavailableError):
        prepare(tmp_path, SystemClock(), steps=(*released(), failing))
    steps: Sequence[Migration] = (*released(), NEXT)
    prepare(tmp_path, SystemClock(), steps=steps)
    assert ask(tmp_path, "SELECT name FROM colour") == [("red",)]


def test_a_directory_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(UnavailableError, match=r"file/data cannot be used: Not a directory"):
        prepare(tmp_path / "file" / "data", SystemClock())


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "intake.db").write_bytes(b"something else entirely\n" * 1000)
    with pytest.raises(UnavailableError, match="not a database"):
        prepare(tmp_path, SystemClock())


def test_the_data_directory_is_ours_alone(tmp_path: Path) -> None:
    prepare(tmp_path / "data", SystemClock())
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
