"""The statements that keep the index of words; each works within the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from mailweir.adapters.sqlite.driver import Connection, numbers
from mailweir.adapters.sqlite.search_rows import SearchRow, search_row
from mailweir.model.address import Inbox
from mailweir.model.digest import Digest

CopyRow = tuple[int, str | None, int, Inbox]
"""A message, its sender, when it was received, and an inbox that it lies in."""

ERA_BITS: Final = 10
"""An era is as many messages as these bits number: so few that all of them are quickly looked at."""

_INDEX = """
    INSERT OR REPLACE INTO search (rowid, subject, sender, recipient, copied, body, attachment, marks)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_DATE = """
    INSERT INTO era VALUES (?, ?, ?) ON CONFLICT (number)
    DO UPDATE SET earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)
"""
_STRIKE = "DELETE FROM search WHERE rowid IN carray(?)"
_FORGET = f"DELETE FROM era WHERE number < (SELECT min(message) >> {ERA_BITS} FROM digest)"  # noqa: S608  a number


def index(connection: Connection, copies: Sequence[CopyRow], digests: Mapping[int, Digest]) -> None:
    """Makes these messages found, by their copies in the order of their numbers."""
    connection.executemany(_INDEX, _rows(copies, digests))
    connection.executemany(_DATE, _eras(copies))


def strike(connection: Connection, messages: Sequence[int]) -> None:
    """Makes these messages found no more; their digests are gone."""
    connection.execute(_STRIKE, (numbers(messages),))
    connection.execute(_FORGET)


def _rows(copies: Sequence[CopyRow], digests: Mapping[int, Digest]) -> Iterator[SearchRow]:
    for message, group in groupby(copies, key=itemgetter(0)):
        of_message = list(group)
        yield search_row(message, digests[message], of_message[0][1], [inbox for *_, inbox in of_message])


def _eras(copies: Sequence[CopyRow]) -> Iterator[tuple[int, int, int]]:
    for number, group in groupby(copies, key=lambda copy: copy[0] >> ERA_BITS):
        received = [copy[2] for copy in group]
        yield number, min(received), max(received)
