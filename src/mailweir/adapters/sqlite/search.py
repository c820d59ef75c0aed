"""Finding messages: one statement for a query, newest first, and no more work than its answer asks for.

Everything but the time of coming is words of one index, the inbox included (see `search_rows`). FTS5
goes through the places of all words at once, from the newest message down, and leaps: where the next
message of a small inbox is old, the places of a word that is in every message are not read but passed
over, page by page. So a small inbox in a large store costs as much as it has messages, a common word as
much as it has to answer, and a rare one hardly anything. A time narrows which numbers of messages are
looked at: `era` holds the times between which each 1,024 of them came.

What remains (two common words that never meet, a beginning that thousands of words have) ends when its
time is over.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

import apsw

from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.rows import INBOX, SAVED_BY, SUMMARY, summary
from mailweir.adapters.sqlite.search_index import ERA_BITS
from mailweir.adapters.sqlite.search_terms import Span, spans
from mailweir.model.address import Host, Inbox
from mailweir.model.message import Summary
from mailweir.model.query import Query
from mailweir.ports.errors import TooBroadError
from mailweir.ports.mailbox import Shown

SECONDS: Final = 1.0
"""How long one search may take."""

_MORE: Final = 8  # times as many matches are looked at when too few of them are shown
_STEPS: Final = 1000  # of SQLite's machine between two looks at the clock: some 50 µs

# What is left of a removed message in the index of words finds no message.
_MESSAGES = """
    SELECT * FROM (
        SELECT message.id, message.copies FROM search CROSS JOIN message ON message.id = search.rowid
        WHERE search MATCH ? {conditions}
        ORDER BY search.rowid DESC LIMIT ?
    )
"""
# Messages come nearly, not wholly, in the order of their times: eras say how far to look.
_SINCE = f"""
    AND search.rowid >= (SELECT ifnull(min(number), {2**52}) << {ERA_BITS} FROM era WHERE latest >= ?)
    AND message.received >= ?
"""  # noqa: S608  numbers, fixed here
_UNTIL = f"""
    AND search.rowid < (SELECT ifnull(max(number) + 1, 0) << {ERA_BITS} FROM era WHERE earliest < ?)
    AND message.received < ?
"""  # noqa: S608
_HERE = """
    AND EXISTS (SELECT 1 FROM entry
                WHERE entry.{place} = ? AND entry.seq BETWEEN message.id AND message.id + message.copies - 1)
"""
_COPIES = f"""
    WITH found (id, copies) AS MATERIALIZED ({{messages}}),
    picked (seq) AS MATERIALIZED (
        SELECT entry.seq FROM found
        CROSS JOIN entry ON entry.seq BETWEEN found.id AND found.id + found.copies - 1 {{here}}
        ORDER BY entry.seq DESC LIMIT ?
    )
    SELECT {SUMMARY}
    FROM picked CROSS JOIN entry ON entry.seq = picked.seq CROSS JOIN message ON message.id = entry.message
    LEFT JOIN digest ON digest.message = message.id
    ORDER BY picked.seq DESC
"""  # noqa: S608  a list of columns, fixed here


class Asked(NamedTuple):
    """Who asks for the newest `limit` matches, in one inbox, at one host or in all, that are `shown`."""

    inbox: Inbox | None
    query: Query
    limit: int
    shown: Shown | None = None
    host: Host | None = None


def search(connection: Connection, asked: Asked, monotonic: Callable[[], float]) -> list[Summary]:
    """The newest copies that match. Raises TooBroadError."""
    inbox, query, limit, shown, host = asked
    if not (wanted := spans(query, inbox)) or limit == 0:
        return []
    with _bounded(connection, monotonic):
        looked_at = limit
        while True:
            rows = connection.execute(*compiled(wanted, inbox, looked_at, host)).fetchall()
            found = [row for row in rows if shown is None or shown(row[INBOX], row[SAVED_BY])][:limit]
            if len(found) == limit or len(rows) < looked_at:
                return [summary(row) for row in found]
            looked_at *= _MORE  # what is somebody else's takes no places


def compiled(
    wanted: Sequence[Span], inbox: Inbox | None, limit: int, host: Host | None = None
) -> tuple[str, list[str | int]]:
    """The statement for these spans in an inbox, or at a host, and its bindings."""
    place, name = ("inbox", inbox) if host is None else ("host", host)
    messages: list[str] = []
    bindings: list[str | int] = []
    for span in wanted:
        conditions, values = _conditions(span, place, name)
        messages.append(_MESSAGES.format(conditions=conditions))
        bindings += [span.match, *values, limit]
    here = [] if name is None else [name]
    statement = _COPIES.format(
        messages=" UNION ALL ".join(messages), here=f"AND entry.{place} = ?" if here else ""
    )
    return statement, [*bindings, *here, limit]


def _conditions(span: Span, place: str, name: str | None) -> tuple[str, list[str | int]]:
    conditions: list[str] = []
    values: list[str | int] = []
    if not span.from_ever:
        conditions.append(_SINCE)
        values += [span.start, span.start]
    if not span.until_now:
        conditions.append(_UNTIL)
        values += [span.end, span.end]
    if name is not None:
        conditions.append(_HERE.format(place=place))
        values.append(name)
    return "".join(conditions), values


@contextmanager
def _bounded(connection: Connection, monotonic: Callable[[], float]) -> Generator[None]:
    end = monotonic() + SECONDS
    connection.set_progress_handler(lambda: monotonic() > end, _STEPS)
    try:
        yield
    except apsw.InterruptError as error:
        raise TooBroadError(f"the search took longer than {SECONDS:g} s") from error
    finally:
        connection.set_progress_handler(None)
