"""What every process does before it opens the store: directory, layout, and a clean WAL."""

import os
from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite.connection import MAIL, PROMISED, File, open_reader, translated
from mailweir.adapters.sqlite.disk import sync_directory
from mailweir.adapters.sqlite.migration import Migration, compare, migrate, released
from mailweir.adapters.sqlite.writer import Writer
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

_READERS_LEAVE = 500  # ms: a reader's query takes a few
_PIECE = 1024 * 1024  # octets


def prepare(directory: Path, clock: Clock, *, steps: Sequence[Migration] | None = None) -> None:
    """Makes `directory` hold a store of this version that is safe to write to. `steps`: of the intake.

    Raises StoreVersionError, and UnavailableError when it cannot be written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in PROMISED:
            own = steps if file is File.INTAKE else None
            _prepare(Writer(directory, clock, file), directory, released(file) if own is None else own)
        sync_directory(directory)
    except OSError as error:
        raise UnavailableError(f"{directory} cannot be used: {error.strerror}") from error


def check(directory: Path) -> None:
    """Whether the mail in `directory` is laid out as this version does it; changes nothing.

    Raises StoreVersionError, and UnavailableError when there is none.
    """
    if not all((directory / file.database).is_file() for file in MAIL):
        raise UnavailableError(f"there is no store in {directory}")
    connection = open_reader(directory)
    try:
        with translated(connection):
            for file in MAIL:
                compare(connection, released(file), file)
    finally:
        connection.close()


def _prepare(writer: Writer, directory: Path, steps: Sequence[Migration]) -> None:
    try:
        with writer.lock, translated(writer.connection):
            migrate(writer.connection, steps, writer.file.database)
            _renew_pages(writer, directory)
    finally:
        writer.close()


def _renew_pages(writer: Writer, directory: Path) -> None:
    """Has every page of the WAL written anew, so that no commit stands on one that is not on the disk.

    An earlier process may have ended because a sync failed. What it wrote is in the WAL, looks
    committed, and the kernel may since call its pages clean: later commits would follow it, be synced
    and acknowledged, and after a power cut SQLite would stop reading at the hole before them.
    """
    writer.connection.set_busy_timeout(_READERS_LEAVE)
    if not writer.checkpoint("TRUNCATE").finished:
        _write_again(
            directory / f"{writer.file.database}-wal"
        )  # a long reader, such as a backup, needs the WAL


def _write_again(wal: Path) -> None:
    """The same octets at the same places; the caller's lock keeps other writers away."""
    with wal.open("r+b", buffering=0) as file:
        while piece := file.read(_PIECE):
            file.seek(-len(piece), os.SEEK_CUR)
            file.write(piece)
        os.fsync(file.fileno())
