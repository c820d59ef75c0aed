"""The mailbox's questions to `intake.db`, each one statement."""

from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.packing import unpacked
from mailweir.adapters.sqlite.rows import SUMMARY, summary
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary, message_id, split_message_id

_FOREVER = 2**63 - 1

_INBOX = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message
    WHERE entry.inbox = ? AND message.received <= ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608  a list of columns, fixed here

_ALL = f"""
    SELECT {SUMMARY} FROM entry CROSS JOIN message ON message.id = entry.message
    WHERE message.received <= ? ORDER BY entry.seq DESC LIMIT ?
"""  # noqa: S608

# The copy of recipient n has one of the n+1 numbers from its message's id on.
_COPY = """
    FROM message CROSS JOIN entry ON entry.seq BETWEEN message.id AND message.id + ?2
    WHERE message.queue_id = ?1 AND entry.message = message.id AND entry.position = ?2 AND entry.inbox = ?3
"""
_FIND = f"SELECT {SUMMARY} {_COPY}"
_SEQ = f"SELECT entry.seq {_COPY}"
_RAW = f"SELECT message.encoding, message.size, message.raw {_COPY}"

_REVISION = """
    SELECT max(ifnull((SELECT max(seq) FROM entry WHERE inbox = ?1), 0),
               ifnull((SELECT revision FROM changed WHERE inbox = ?1), 0))
"""


def newest(connection: Connection, inbox: Inbox | None, *, limit: int, until: int | None) -> list[Summary]:
    """The newest copies in one inbox, or in all."""
    latest = _FOREVER if until is None else until
    if inbox is None:
        rows = connection.execute(_ALL, (latest, limit))
    else:
        rows = connection.execute(_INBOX, (inbox, latest, limit))
    return [summary(row) for row in rows]


def find(connection: Connection, inbox: Inbox, message: MessageId) -> Summary | None:
    """The copy of that id in this inbox."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_FIND, (*name, inbox)).fetchall()
    return summary(rows[0]) if rows else None


def seq(connection: Connection, inbox: Inbox, message: MessageId) -> int | None:
    """The number of the copy of that id in this inbox."""
    if (name := _name(message)) is None:
        return None
    return connection.execute(_SEQ, (*name, inbox)).get


def raw(connection: Connection, inbox: Inbox, message: MessageId) -> bytes | None:
    """The whole message of that copy."""
    if (name := _name(message)) is None:
        return None
    rows = connection.execute(_RAW, (*name, inbox)).fetchall()
    return unpacked(*rows[0]) if rows else None


def revision(connection: Connection, inbox: Inbox) -> int:
    """The number of this inbox's latest change."""
    return connection.execute(_REVISION, (inbox,)).get


def _name(message: MessageId) -> tuple[str, int] | None:
    name = split_message_id(message)
    return name if name is not None and message_id(*name) == message else None
