"""The mailbox's questions to `intake.db`, each one statement."""

from collections.abc import Callable, Sequence

from mailweir.adapters.sqlite.digest_rows import digest
from mailweir.adapters.sqlite.driver import Connection, Rows, texts
from mailweir.adapters.sqlite.packing import unpacked
from mailweir.adapters.sqlite.rows import INBOX, SAVED_BY, SUMMARY, marks_of, packed_marks, summary
from mailweir.adapters.sqlite.writer import next_changes
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.marks import Marks
from mailweir.model.message import MessageId, Summary, message_id, split_message_id
from mailweir.ports.mailbox import Shown

_FOREVER = 2**63 - 1
_CHANGE_BITS = 24
_LOOKED_AT = 100_000  # copies: a tenth of a second
DIGEST = "LEFT JOIN digest ON digest.message = message.id"
"""What a statement joins with `message` for the last column of a `SummaryRow`."""

_INBOX = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE entry.inbox = ? AND message.received <= ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608  a list of columns, fixed here

_HOST = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE entry.host = ? AND message.received <= ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608

_ALL = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE message.received <= ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608

# The copy of recipient n has one of the n+1 numbers from its message's id on.
_JOINED = "FROM message CROSS JOIN entry ON entry.seq BETWEEN message.id AND message.id + ?2"
_NAMED = "message.queue_id = ?1 AND entry.message = message.id AND entry.position = ?2 AND entry.inbox = ?3"
_COPY = f"{_JOINED} WHERE {_NAMED}"
_FIND = f"SELECT {SUMMARY} {_JOINED} {DIGEST} WHERE {_NAMED}"
_FIND_AT = _FIND.replace("entry.inbox = ?3", "entry.host = ?3")
_RAW = f"SELECT message.encoding, message.size, message.raw {_COPY}"

_FULL = f"""
    SELECT digest.encoding, digest.size, digest.full
    {_JOINED} CROSS JOIN digest ON digest.message = message.id WHERE {_NAMED}
"""

_OLDEST = """
    SELECT seq FROM entry
    WHERE inbox = ? AND seq <= ? AND (saved_by IS NULL OR saved_by = ?) ORDER BY seq LIMIT ?
"""
_COUNT = "SELECT saved_by, count(*) FROM entry WHERE inbox = ? GROUP BY saved_by"
_SAVED = f"""
    SELECT {SUMMARY} FROM entry INDEXED BY entry_saved
    CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE entry.saved_by = ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608  a list of columns, fixed here
_SAVED_NUMBER = "SELECT count(*) FROM entry INDEXED BY entry_saved WHERE saved_by = ?"
_FORSAKE = """
    UPDATE entry SET saved_by = NULL, marks = NULL
    WHERE seq IN (SELECT seq FROM entry INDEXED BY entry_saved WHERE saved_by = ? LIMIT ?) RETURNING inbox
"""
_MARKS = f"SELECT entry.seq, entry.saved_by, entry.marks {_COPY}"
_MARK = "UPDATE entry SET saved_by = ?, marks = ? WHERE seq = ?"
_NOTE_CHANGE = "INSERT OR REPLACE INTO changed VALUES (?, ?, ?)"

_AFTER = f"""
    SELECT {SUMMARY}
    FROM carray(?1) AS wanted CROSS JOIN entry ON entry.inbox = wanted.value AND entry.seq > ?2
    CROSS JOIN message ON message.id = entry.message {DIGEST}
    ORDER BY entry.seq LIMIT ?3
"""  # noqa: S608  a list of columns, fixed here

_AFTER_AT = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE entry.host = ? AND entry.seq > ? ORDER BY entry.seq LIMIT ?
"""  # noqa: S608  as above

_ALL_AFTER = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message {DIGEST}
    WHERE entry.seq > ? ORDER BY entry.seq LIMIT ?
"""  # noqa: S608  as above

# What happens to the copies is above; what happens to their digests meanwhile is below.
_REVISION = f"""
    SELECT iif(copies = 0, 0, (copies << {_CHANGE_BITS})
        | (ifnull((SELECT change FROM touched WHERE inbox = ?1), 0) & {2**_CHANGE_BITS - 1}))
    FROM (SELECT max(ifnull((SELECT max(seq) FROM entry WHERE inbox = ?1), 0),
                     ifnull((SELECT revision FROM changed WHERE inbox = ?1), 0)) AS copies)
"""  # noqa: S608  numbers, fixed here


def newest(
    connection: Connection, inbox: Inbox | None, *, limit: int, until: int | None, shown: Shown | None = None
) -> list[Summary]:
    """The newest copies in one inbox, or in all, that are shown; of the newest `_LOOKED_AT` in any case."""
    found = newest_within(connection, inbox, limit, until, shown, most=_LOOKED_AT)
    return found or []


def newest_at(
    connection: Connection, host: Host, *, limit: int, until: int | None, shown: Shown | None
) -> list[Summary]:
    """The newest copies in all inboxes of a host."""
    bindings = (host, _FOREVER if until is None else until, _LOOKED_AT)
    return _first(connection.execute(_HOST, bindings), limit, shown, most=_LOOKED_AT) or []


def newest_within(
    connection: Connection,
    inbox: Inbox | None,
    limit: int,
    until: int | None,
    shown: Shown | None,
    *,
    most: int,
) -> list[Summary] | None:
    """The same of the newest `most`; None when there may be more to show behind them."""
    latest = _FOREVER if until is None else until
    statement, bindings = (_ALL, (latest, most)) if inbox is None else (_INBOX, (inbox, latest, most))
    return _first(connection.execute(statement, bindings), limit, shown, most=most)


def _first(rows: Rows, limit: int, shown: Shown | None, *, most: int) -> list[Summary] | None:
    found: list[Summary] = []
    looked_at = 0
    for row in rows if limit else ():
        looked_at += 1
        if shown is None or shown(row[INBOX], row[SAVED_BY]):
            found.append(summary(row))
            if len(found) == limit:
                return found
    return None if looked_at == most < _LOOKED_AT else found


def saved(connection: Connection, account: AccountName, limit: int) -> list[Summary]:
    """The newest copies that an account has saved."""
    return [summary(row) for row in connection.execute(_SAVED, (account, limit))]


def saved_number(connection: Connection, account: AccountName) -> int:
    """How many copies an account has saved."""
    return connection.execute(_SAVED_NUMBER, (account,)).get


def forsake(connection: Connection, account: AccountName, limit: int, now: int) -> int:
    """Lets go of so many copies that an account has saved, within the caller's transaction."""
    inboxes = [inbox for (inbox,) in connection.execute(_FORSAKE, (account, limit)).fetchall()]
    changed = dict.fromkeys(inboxes)
    numbers = next_changes(connection, len(changed))
    notes = [(inbox, number, now) for inbox, number in zip(changed, numbers, strict=True)]
    connection.executemany(_NOTE_CHANGE, notes)
    return len(inboxes)


def mark(
    connection: Connection, inbox: Inbox, message: MessageId, change: Callable[[Marks], Marks], now: int
) -> bool:
    """Gives a copy other marks, within the caller's transaction; False when it is not there."""
    name = _name(message)
    rows = connection.execute(_MARKS, (*name, inbox)).fetchall() if name else []
    if not rows:
        return False
    seq, *columns = rows[0]
    old = marks_of(*columns)
    if (new := change(old)) != old:
        connection.execute(_MARK, (*packed_marks(new), seq))
        connection.execute(_NOTE_CHANGE, (inbox, next_changes(connection, 1).start, now))
    return True


def find(connection: Connection, inbox: Inbox, message: MessageId) -> Summary | None:
    """The copy of that id in this inbox."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_FIND, (*name, inbox)).fetchall()
    return summary(rows[0]) if rows else None


def find_at(connection: Connection, host: Host, message: MessageId) -> Summary | None:
    """The copy of that id at this host."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_FIND_AT, (*name, host)).fetchall()
    return summary(rows[0]) if rows else None


def seq(connection: Connection, inbox: Inbox, message: MessageId, shown: Shown | None) -> int | None:
    """The number of the copy of that id in this inbox, if it is shown."""
    name = _name(message)
    rows = connection.execute(_MARKS, (*name, inbox)).fetchall() if name else []
    return next((seq for seq, saved_by, _ in rows if shown is None or shown(inbox, saved_by)), None)


def raw(connection: Connection, inbox: Inbox, message: MessageId) -> bytes | None:
    """The whole message of that copy."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_RAW, (*name, inbox)).fetchall()
    return unpacked(*rows[0]) if rows else None


def full(connection: Connection, inbox: Inbox, message: MessageId) -> Digest | None:
    """The digest of that copy's message."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_FULL, (*name, inbox)).fetchall()
    return digest(*rows[0]) if rows else None


def count(connection: Connection, inbox: Inbox, shown: Shown | None) -> int:
    """How many copies lie in this inbox that are shown."""
    rows = connection.execute(_COUNT, (inbox,))
    return sum(number for saved_by, number in rows if shown is None or shown(inbox, saved_by))


def newest_seq(connection: Connection, inbox: Inbox) -> int:
    """The number of this inbox's newest copy; 0 when it has none."""
    return connection.execute("SELECT ifnull(max(seq), 0) FROM entry WHERE inbox = ?", (inbox,)).get


def oldest_seqs(
    connection: Connection, inbox: Inbox, last: int, limit: int, *, saved_by: AccountName | None
) -> list[int]:
    """The numbers of this inbox's oldest copies up to `last` that nobody has saved, or only that account."""
    return [seq for (seq,) in connection.execute(_OLDEST, (inbox, last, saved_by, limit))]


def position(connection: Connection) -> int:
    """The number of the latest change."""
    return connection.execute("SELECT last FROM counter").get


def holds(connection: Connection, seq: int) -> bool:
    """Whether the copy of that number is there."""
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM entry WHERE seq = ?)", (seq,)).get)


def after(
    connection: Connection, inboxes: Sequence[Inbox] | None, seq: int, limit: int, hosts: Sequence[Host] = ()
) -> list[Summary]:
    """The oldest copies in these inboxes, at these hosts, or in all, with a larger number."""
    if inboxes is None:
        return [summary(row) for row in connection.execute(_ALL_AFTER, (seq, limit))]
    rows = connection.execute(_AFTER, (texts(inboxes), seq, limit)).fetchall() if inboxes else []
    for host in hosts:
        rows += connection.execute(_AFTER_AT, (host, seq, limit)).fetchall()
    found = {one.seq: one for one in map(summary, rows)}
    return [found[number] for number in sorted(found)[:limit]]


def whole(connection: Connection, summary: Summary) -> tuple[bytes, Digest | None] | None:
    """The octets of that copy's message, and its digest."""
    octets = raw(connection, summary.inbox, summary.id)
    return None if octets is None else (octets, full(connection, summary.inbox, summary.id))


def revision(connection: Connection, inbox: Inbox) -> int:
    """The number of this inbox's latest change."""
    return connection.execute(_REVISION, (inbox,)).get


def _name(message: MessageId) -> tuple[str, int] | None:
    name = split_message_id(message)
    return name if name is not None and message_id(*name) == message else None
