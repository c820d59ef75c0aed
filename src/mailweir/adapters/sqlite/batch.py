"""One batch of deliveries, written in one transaction."""

from collections.abc import Mapping, Sequence
from itertools import chain

import apsw

from mailweir.adapters.sqlite.driver import Connection, texts
from mailweir.adapters.sqlite.rows import Prepared
from mailweir.adapters.sqlite.writer import Writer, next_changes
from mailweir.ports.errors import UnavailableError

# One statement for many rows: every statement hands the interpreter's lock over twice, and beside a
# busy event loop that costs more than the rows (5,992 instead of 2,609 rows/s in batches of 50).
_ROWS_AT_ONCE = (64, 8, 1)
_MESSAGE = {n: f"INSERT INTO message VALUES {', '.join(['(?,?,?,?,?,?,?,?,?)'] * n)}" for n in _ROWS_AT_ONCE}  # noqa: S608  placeholders only
_NEW_ENTRY = "INSERT INTO entry (seq, message, inbox, original, position, saved_by) VALUES"
_ENTRY = {n: f"{_NEW_ENTRY} {', '.join(['(?,?,?,?,?,?)'] * n)}" for n in _ROWS_AT_ONCE}

_KNOWN = """
    SELECT queue_id FROM message WHERE queue_id IN carray(?1)
    UNION ALL SELECT queue_id FROM gone WHERE queue_id IN carray(?1)
"""

# What one delivery can be refused for while its neighbours are kept: it breaks a rule of the schema,
# or cannot be said in SQLite's types. Everything else is the store's fault and fails the batch.
_UNFIT = (apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError, TypeError, ValueError, OverflowError)


class UnfitError(UnavailableError):
    """This one delivery can never be kept; others can."""


def write_batch(writer: Writer, batch: Sequence[Prepared]) -> list[UnavailableError | None]:
    """Keeps the batch durably; for each delivery None, or why it alone was refused.

    A queue id that is there or was, also earlier in the batch, changes nothing. Raises
    UnavailableError when nothing of the batch is promised.
    """
    try:
        with writer.transaction() as connection:
            _write(connection, batch)
    except UnfitError:
        return _write_one_by_one(writer, batch)
    return [None] * len(batch)


def _write_one_by_one(writer: Writer, batch: Sequence[Prepared]) -> list[UnavailableError | None]:
    outcomes: list[UnavailableError | None] = []
    with writer.transaction() as connection:
        for prepared in batch:
            connection.execute("SAVEPOINT one")
            try:
                _write(connection, [prepared])
                outcomes.append(None)
            except UnfitError as error:
                connection.execute("ROLLBACK TO one")
                outcomes.append(error)
            connection.execute("RELEASE one")
    return outcomes


def _write(connection: Connection, batch: Sequence[Prepared]) -> None:
    try:
        if not (new := _unknown(connection, batch)):
            return
        first = next_changes(connection, sum(len(one.copies) for one in new)).start
        messages: list[tuple[object, ...]] = []
        entries: list[tuple[object, ...]] = []
        for one in new:
            messages.append((first, *one.columns))
            for seq, (position, to) in enumerate(one.copies, first):
                entries.append((seq, first, to.inbox, to.original, position, to.saved_by))
            first += len(one.copies)
        _insert(connection, _MESSAGE, messages)
        _insert(connection, _ENTRY, entries)
    except _UNFIT as error:
        raise UnfitError(f"the store cannot hold this message: {error}") from error


def _unknown(connection: Connection, batch: Sequence[Prepared]) -> list[Prepared]:
    by_id = {one.queue_id: one for one in reversed(batch)}  # the first of a queue id counts
    for (queue_id,) in connection.execute(_KNOWN, (texts(by_id),)):
        by_id.pop(queue_id, None)
    return [one for one in reversed(by_id.values()) if one.copies]


def _insert(
    connection: Connection, statements: Mapping[int, str], rows: Sequence[tuple[object, ...]]
) -> None:
    start = 0
    for size, statement in statements.items():
        while len(rows) - start >= size:
            values = tuple(chain.from_iterable(rows[start : start + size]))
            connection.execute(statement, values)
            start += size
