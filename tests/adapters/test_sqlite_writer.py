"""Write transactions: how durable they are, and that a failed sync is the last one."""

from pathlib import Path

import pytest

from fakes.faulty_disk import FaultyDisk
from fakes.makers import HandClock
from mailweir.adapters.sqlite.connection import UnsyncedError, open_reader, open_writer
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.sqlite.writer import Writer, next_changes
from mailweir.adapters.system import SystemClock
from mailweir.ports.errors import UnavailableError


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    prepare(tmp_path, SystemClock())
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("wal_autocheckpoint", 0), ("cache_size", -16000)],
)
def test_a_writer_commits_durably_and_never_checkpoints(directory: Path, setting: str, value: object) -> None:
    connection = open_writer(directory)
    assert connection.execute(f"PRAGMA {setting}").get == value
    connection.close()


def test_a_reader_cannot_write(directory: Path) -> None:
    connection = open_reader(directory)
    with pytest.raises(Exception, match="readonly"):
        connection.execute("DELETE FROM counter")
    assert connection.execute("PRAGMA cache_size").get == -4000
    connection.close()


def test_nothing_of_a_transaction_that_fails_is_there(directory: Path) -> None:
    writer = Writer(directory, HandClock())
    statements = "UPDATE counter SET last = 5; DELETE FROM nowhere"
    with pytest.raises(UnavailableError, match="no such table"), writer.transaction() as connection:
        connection.execute(statements)
    with writer.transaction() as connection:
        assert list(next_changes(connection, 2)) == [1, 2]
    writer.close()
    writer.close()


def test_a_writer_whose_sync_failed_neither_writes_nor_syncs_again(directory: Path) -> None:
    disk = FaultyDisk()
    writer = Writer(directory, HandClock(), vfs=disk.name)
    disk.sync_fails = True
    with pytest.raises(UnsyncedError), writer.transaction() as connection:
        next_changes(connection, 1)
    disk.sync_fails = False
    syncs = disk.syncs
    with pytest.raises(UnsyncedError), writer.transaction() as connection:
        next_changes(connection, 1)
    with pytest.raises(UnsyncedError):
        writer.checkpoint("PASSIVE")
    assert disk.syncs == syncs
    writer.close()


def test_a_writer_whose_disk_was_full_writes_again(directory: Path) -> None:
    disk = FaultyDisk()
    writer = Writer(directory, HandClock(), vfs=disk.name)
    disk.is_full = True
    with pytest.raises(UnavailableError) as refused, writer.transaction() as connection:
        next_changes(connection, 1)
    assert refused.value.full
    disk.is_full = False
    with writer.transaction() as connection:
        next_changes(connection, 1)
    writer.close()
