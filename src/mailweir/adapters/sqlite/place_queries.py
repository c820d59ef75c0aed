"""The mailbox's questions about several inboxes at once, and about whole hosts.

What lies in the places is found by its number alone, in indexes; only of what is shown more is read.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from mailweir.adapters.sqlite.driver import Connection, numbers, texts
from mailweir.adapters.sqlite.queries import DIGEST
from mailweir.adapters.sqlite.rows import SUMMARY, marks_of, summary
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.marks import PUT_AWAY
from mailweir.model.message import Summary
from mailweir.model.places import Places
from mailweir.ports.mailbox import GATHERED, LOOKED_FOR, USED, Gathered, Shown, Usage, Wanted

_READ_AT_ONCE: Final = 200  # summaries
_WALKED: Final = 1000  # copies that are looked at in one go
_NOWHERE: Final = ("",)  # no inbox and no host: the driver binds no empty list

# One for each of the three is no more than a range of an index; what is in two of them is there once.
_PICKED: Final = """
    WITH picked (seq) AS (
        SELECT entry.seq FROM carray(?1) AS wanted CROSS JOIN entry ON entry.inbox = wanted.value
        UNION SELECT entry.seq FROM carray(?2) AS wanted CROSS JOIN entry ON entry.host = wanted.value
        UNION SELECT entry.seq FROM entry INDEXED BY entry_saved WHERE entry.saved_by = ?3
        ORDER BY 1 DESC LIMIT ?4
    )
"""
_GATHER = f"""
    {_PICKED}
    SELECT entry.seq, entry.inbox, entry.saved_by, entry.marks,
        (SELECT message.received FROM message WHERE message.id = entry.message)
    FROM picked CROSS JOIN entry ON entry.seq = picked.seq ORDER BY picked.seq DESC
"""  # noqa: S608  fixed above
_USAGE = f"""
    {_PICKED}
    SELECT count(*), ifnull(sum(message.size), 0)
    FROM picked CROSS JOIN entry ON entry.seq = picked.seq CROSS JOIN message ON message.id = entry.message
"""  # noqa: S608
_SURPLUS = f"""
    {_PICKED.replace("LIMIT ?4", "LIMIT -1 OFFSET ?4")}
    SELECT entry.seq FROM picked CROSS JOIN entry ON entry.seq = picked.seq
    WHERE entry.saved_by IS NULL OR entry.saved_by = ?3 ORDER BY picked.seq LIMIT ?5
"""  # noqa: S608
_READ = f"""
    SELECT {SUMMARY} FROM carray(?1) AS wanted CROSS JOIN entry ON entry.seq = wanted.value
    CROSS JOIN message ON message.id = entry.message {DIGEST} ORDER BY entry.seq DESC
"""  # noqa: S608
_WALK = f"""
    WITH picked (seq) AS (
        SELECT entry.seq FROM carray(?1) AS wanted
        CROSS JOIN entry ON entry.inbox = wanted.value AND entry.seq > ?5
        UNION SELECT entry.seq FROM carray(?2) AS wanted
        CROSS JOIN entry ON entry.host = wanted.value AND entry.seq > ?5
        UNION SELECT entry.seq FROM entry INDEXED BY entry_saved WHERE entry.saved_by = ?3 AND entry.seq > ?5
        ORDER BY 1 LIMIT ?4
    )
    SELECT {SUMMARY} FROM picked CROSS JOIN entry ON entry.seq = picked.seq
    CROSS JOIN message ON message.id = entry.message {DIGEST} ORDER BY picked.seq
"""  # noqa: S608
# From each inbox to the next in the index, however many copies are in it.
_INBOXES = """
    WITH RECURSIVE found (inbox) AS (
        SELECT min(inbox) FROM entry INDEXED BY entry_inbox WHERE inbox >= ?1 AND inbox < ?1 || char(1114111)
        UNION ALL SELECT (
            SELECT min(entry.inbox) FROM entry INDEXED BY entry_inbox
            WHERE entry.inbox > found.inbox AND entry.inbox < ?1 || char(1114111)
        ) FROM found WHERE found.inbox IS NOT NULL
    )
    SELECT inbox FROM found WHERE substr(inbox, -1 - length(?2)) = '@' || ?2 LIMIT ?3
"""
_COUNT = "SELECT count(*) FROM entry WHERE host = ?1"
_SAVED_BY_OTHERS = "SELECT count(*) FROM entry INDEXED BY entry_saved WHERE saved_by <> ?2 AND host = ?1"
_COUNT_SHOWN = """
    SELECT inbox, saved_by, count(*)
    FROM (SELECT inbox, saved_by FROM entry WHERE host = ? ORDER BY seq DESC LIMIT ?)
    GROUP BY inbox, saved_by
"""
_NEXT = """
    SELECT seq, inbox, saved_by FROM entry
    WHERE host = ? AND seq > ? AND seq <= ? AND (saved_by IS NULL OR saved_by = ?) ORDER BY seq LIMIT ?
"""
_OLDEST = """
    SELECT seq FROM entry WHERE host = ? AND seq <= ? AND (saved_by IS NULL OR saved_by = ?)
    ORDER BY seq LIMIT ?
"""


class Page(NamedTuple):
    """Which part of what lies there is asked for."""

    limit: int
    skip: int
    since: int | None
    shown: Shown | None
    wanted: Wanted | None


def gather(connection: Connection, places: Places, page: Page) -> Gathered:
    """What lies in several places at once."""
    unread = 0
    recent: list[int] = []
    for seq, inbox, saved_by, packed, received in connection.execute(_GATHER, _bindings(places, GATHERED)):
        if page.shown is not None and not page.shown(inbox, saved_by):
            continue
        marks = marks_of(saved_by, packed)
        if marks.folder in PUT_AWAY:
            continue
        unread += marks.read is not True
        if page.since is None or received >= page.since:
            recent.append(seq)
    if page.wanted is None:
        return Gathered(list(_read(connection, recent[page.skip : page.skip + page.limit])), unread)
    found = filter(page.wanted, _read(connection, recent[:LOOKED_FOR]))
    return Gathered(list(islice(found, page.skip, page.skip + page.limit)), unread)


def walk(connection: Connection, places: Places, seq: int, limit: int) -> list[Summary]:
    """The oldest copies in these places with a larger number."""
    return [summary(row) for row in connection.execute(_WALK, (*_bindings(places, limit), seq))]


def inboxes(connection: Connection, beginning: str, host: Host, limit: int) -> list[Inbox]:
    """Some of the inboxes whose names begin so."""
    return [Inbox(inbox) for (inbox,) in connection.execute(_INBOXES, (beginning, host, limit))]


def usage(connection: Connection, places: Places) -> Usage:
    """What the messages in some places amount to."""
    return Usage(*connection.execute(_USAGE, _bindings(places, USED)).fetchall()[0])


def surplus(connection: Connection, places: Places, keep: int, rows: int) -> list[int]:
    """At most so many copies that are not among the newest in these places, oldest first."""
    return [seq for (seq,) in connection.execute(_SURPLUS, (*_bindings(places, keep), rows))]


def count_host(connection: Connection, host: Host, viewer: AccountName) -> int:
    """How many copies lie at a host but those that others have saved."""
    total: int = connection.execute(_COUNT, (host,)).get
    others: int = connection.execute(_SAVED_BY_OTHERS, (host, viewer)).get
    return total - others


def count_shown(connection: Connection, host: Host, shown: Shown, most: int = USED) -> int:
    """How many of the newest `most` copies at a host are shown: two tenths of a second."""
    rows = connection.execute(_COUNT_SHOWN, (host, most))
    return sum(number for inbox, saved_by, number in rows if shown(inbox, saved_by))


def newest_seq(connection: Connection, host: Host) -> int:
    """The number of the newest copy at a host; 0 when there is none."""
    return connection.execute("SELECT ifnull(max(seq), 0) FROM entry WHERE host = ?", (host,)).get


def oldest_seqs(
    connection: Connection, host: Host, last: int, limit: int, *, saved_by: AccountName | None
) -> list[int]:
    """The numbers of the oldest copies there up to `last` that nobody has saved, or only that account."""
    return [seq for (seq,) in connection.execute(_OLDEST, (host, last, saved_by, limit))]


class Walk:
    """Goes over what lies at a host, up to the number `last`, that nobody has saved, or only `saved_by`."""

    def __init__(self, host: Host, last: int, saved_by: AccountName | None, shown: Shown) -> None:
        self._host = host
        self._last = last
        self._saved_by = saved_by
        self._shown = shown
        self._at = 0

    def next(self, connection: Connection) -> list[int] | None:
        """The numbers of the next copies that are shown, of a thousand; None at the end."""
        bindings = (self._host, self._at, self._last, self._saved_by, _WALKED)
        found = connection.execute(_NEXT, bindings).fetchall()
        if not found:
            return None
        self._at = found[-1][0]
        return [seq for seq, inbox, saved_by in found if self._shown(inbox, saved_by)]


def _bindings(places: Places, most: int) -> tuple[object, ...]:
    return texts(places.inboxes or _NOWHERE), texts(places.hosts or _NOWHERE), places.saved_by, most


def _read(connection: Connection, seqs: Sequence[int]) -> Iterator[Summary]:
    for start in range(0, len(seqs), _READ_AT_ONCE):
        some = seqs[start : start + _READ_AT_ONCE]
        yield from map(summary, connection.execute(_READ, (numbers(some),)))
