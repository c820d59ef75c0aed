"""The statements behind `SqliteExplanations`."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.explanation import Explanation
from mailweir.ports.explanations import KEPT_OF_INBOX, Wanted

Row = tuple[int, str | None, str | None, str, str, str]
"""The columns of an explanation without its number."""

_NEW: Final = "INSERT INTO explanation (at, inbox, host, code, rule, told) VALUES (?, ?, ?, ?, ?, ?)"
_SURPLUS: Final = """
DELETE FROM explanation WHERE number IN
 (SELECT number FROM explanation WHERE inbox = ? ORDER BY number DESC LIMIT -1 OFFSET ?)"""
_OLD: Final = "DELETE FROM explanation WHERE at < ?"
_COUNT: Final = "SELECT count(*) FROM explanation"
_RULES: Final = "SELECT rule, count(*) AS many FROM explanation GROUP BY rule ORDER BY many DESC"
_OLDEST: Final = """
DELETE FROM explanation WHERE number IN
 (SELECT number FROM explanation WHERE rule = ? ORDER BY number LIMIT ?)"""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Explanation).decode


def row(one: Explanation) -> Row | None:
    """As it is kept; None for what no file can hold, such as half a character."""
    inbox = one.inbox
    host = None if inbox is None else host_of(inbox)
    try:
        told = _encode(one).decode()
    except UnicodeEncodeError:
        return None
    return one.at, inbox, host, one.ruling.code, one.ruling.rule.value, told


def keep(connection: Connection, rows: Sequence[Row], earliest: int, most: int) -> None:
    """Keeps them, and lets go what is older than `earliest`, or more than may be kept."""
    with connection:
        connection.executemany(_NEW, rows).fetchall()
        connection.execute(_OLD, (earliest,))
        for inbox in {inbox for _, inbox, *_ in rows if inbox is not None}:
            connection.execute(_SURPLUS, (inbox, KEPT_OF_INBOX))
        surplus = connection.execute(_COUNT).get - most
        while surplus > 0:
            (rule, many), *others = connection.execute(_RULES).fetchall()
            ahead = many - (others[0][1] if others else 0)
            going = min(surplus, max(ahead, 1 + surplus // (1 + len(others))))
            connection.execute(_OLDEST, (rule, going))
            surplus -= going


def of_inbox(connection: Connection, inbox: Inbox, earliest: int, limit: int) -> list[Explanation]:
    """The newest of one inbox."""
    return _found(connection, "inbox = ?", (inbox,), None, earliest, limit)


def at_host(
    connection: Connection, host: Host, wanted: Wanted, earliest: int, limit: int
) -> list[Explanation]:
    """The newest of those at a host that are wanted."""
    return _found(connection, "host = ?", (host,), wanted, earliest, limit)


def of_code(
    connection: Connection, code: str, wanted: Wanted | None, earliest: int, limit: int
) -> list[Explanation]:
    """The newest of one code that are wanted, of all when nothing is said."""
    return _found(connection, "code = ?", (code,), wanted, earliest, limit)


def latest(connection: Connection, earliest: int, limit: int) -> list[Explanation]:
    """The newest of all."""
    return _found(connection, "true", (), None, earliest, limit)


def _found(
    connection: Connection,
    where: str,
    values: Sequence[object],
    wanted: Wanted | None,
    earliest: int,
    limit: int,
) -> list[Explanation]:
    query = f"SELECT inbox, told FROM explanation WHERE {where} AND at >= ? ORDER BY number DESC"  # noqa: S608  one of four conditions
    rows = connection.execute(query, (*values, earliest)) if limit else ()
    found: list[Explanation] = []
    for inbox, told in rows:
        if wanted is None or (inbox is not None and wanted(inbox)):
            found.extend(_read(told))
        if len(found) >= limit:
            break
    return found


def _read(told: str) -> Iterator[Explanation]:
    """One, or none when it is of another version of Mailweir, which knows other rules."""
    try:
        yield _decode(told)
    except msgspec.DecodeError:
        return
