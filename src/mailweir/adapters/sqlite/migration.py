"""The layout of the store's files, step by step: numbered SQL files, forward only, a transaction each.

`migration` remembers the number and the checksum of each step that was taken, so that a database from
a newer Mailweir, or a step that was edited after its release, is refused instead of guessed at.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.driver import Connection

_LEDGER = "CREATE TABLE IF NOT EXISTS main.migration (number INTEGER PRIMARY KEY, name TEXT, checksum TEXT)"


class StoreVersionError(Exception):
    """This program does not fit this database. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the layout."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Changes with every character of the SQL."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def released(file: File = File.INTAKE) -> tuple[Migration, ...]:
    """The steps that lead to this version of a file, from the folder beside this one."""
    folder = resources.files("mailweir.adapters.sqlite") / "migrations" / file.value
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(
        Migration(int(name[:4]), name.removesuffix(".sql"), (folder / name).read_text("utf-8"))
        for name in names
    )


def migrate(connection: Connection, steps: Sequence[Migration], name: str) -> None:
    """Takes the missing steps of the file of that name; the caller holds the write lock.

    Raises StoreVersionError.
    """
    connection.execute(_LEDGER)
    taken: dict[int, tuple[str, str]] = {
        number: (step, checksum)
        for number, step, checksum in connection.execute("SELECT number, name, checksum FROM main.migration")
    }
    known = {step.number for step in steps}
    if newer := [step for number, (step, _) in taken.items() if number not in known]:
        raise StoreVersionError(
            f"{name} was written by a newer Mailweir (it has step {newer[-1]}):"
            " start that version, or another data directory."
        )
    for step in steps:
        if step.number not in taken:
            _take(connection, step)
        elif taken[step.number][1] != step.checksum:
            raise StoreVersionError(
                f"{name} was laid out by another text of step {step.name} than this version has:"
                " install the released Mailweir that wrote it, or start another data directory."
            )


def compare(connection: Connection, steps: Sequence[Migration], file: File) -> None:
    """Raises StoreVersionError unless just these steps were taken; `connection` is a reader's."""
    schema = "main" if file is File.INTAKE else f"{file.value}_file"
    taken = [name for (name,) in connection.execute(f"SELECT name FROM {schema}.migration ORDER BY number")]  # noqa: S608  one of two names
    if taken != [step.name for step in steps]:
        raise StoreVersionError(
            f"{file.database} is of another version of Mailweir: start `mailweir serve` of this version once."
        )


def _take(connection: Connection, step: Migration) -> None:
    with connection:  # a transaction: the step and its line in the ledger, or neither
        connection.execute(step.sql).fetchall()  # to the last statement
        connection.execute(
            "INSERT INTO main.migration VALUES (?, ?, ?)", (step.number, step.name, step.checksum)
        )
