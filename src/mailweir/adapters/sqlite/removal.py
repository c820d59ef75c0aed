"""Removing copies: the entry, the message with its last copy, and a note so that neither comes back.

Each function works within the caller's transaction.
"""

from collections.abc import Sequence

from mailweir.adapters.sqlite.driver import Connection, numbers, texts
from mailweir.adapters.sqlite.writer import next_changes

TOMBSTONE_AGE = 24 * 3600 * 1000
"""Milliseconds for which a queue id is remembered: senders replay within hours."""

REVISION_AGE = 3600 * 1000
"""Milliseconds for which an empty inbox keeps its revision: readers that poll have looked by then."""

_TAKE_ENTRIES = "DELETE FROM entry WHERE seq IN carray(?) RETURNING message, inbox"

_TAKE_MESSAGES = """
    DELETE FROM message
    WHERE id IN carray(?)
      AND NOT EXISTS (SELECT 1 FROM entry WHERE seq BETWEEN message.id AND message.id + message.copies - 1)
    RETURNING queue_id, received, id
"""

_NOTE_REVISION = "INSERT OR REPLACE INTO changed VALUES (?, ?, ?)"
_NOTE_GONE = "INSERT OR REPLACE INTO gone VALUES (?, ?)"

_NOTE_REMOVED = "INSERT OR IGNORE INTO removed VALUES (?)"

_FORGET_GONE = """
    DELETE FROM gone
    WHERE queue_id IN (SELECT queue_id FROM gone INDEXED BY gone_at WHERE at < ? ORDER BY at LIMIT ?)
"""

_FORGET_REVISIONS = """
    DELETE FROM changed
    WHERE inbox IN carray(?) AND at < ? AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.inbox = changed.inbox)
"""


def remove(connection: Connection, seqs: Sequence[int], now: int) -> int:
    """Removes these copies, and says how many of them were there. `now` in milliseconds since the epoch."""
    if not seqs:
        return 0
    taken = connection.execute(_TAKE_ENTRIES, (numbers(seqs),)).fetchall()
    if not taken:
        return 0
    inboxes = {inbox for _, inbox in taken}
    changes = next_changes(connection, len(inboxes))
    connection.executemany(_NOTE_REVISION, [(i, n, now) for i, n in zip(inboxes, changes, strict=True)])
    messages = {message for message, _ in taken}
    emptied = connection.execute(_TAKE_MESSAGES, (numbers(messages),)).fetchall()
    connection.executemany(_NOTE_REMOVED, [(message,) for _, _, message in emptied])
    young = [(queue_id, now) for queue_id, received, _ in emptied if received > now - TOMBSTONE_AGE]
    connection.executemany(_NOTE_GONE, young)
    return len(taken)


def forget_gone(connection: Connection, before: int, limit: int) -> None:
    """Forgets at most `limit` queue ids of messages that were removed `before` that moment."""
    connection.execute(_FORGET_GONE, (before, limit))


def forget_revisions(connection: Connection, inboxes: Sequence[str], before: int) -> None:
    """Forgets the revisions of those `inboxes` that are empty and were last changed `before` that moment."""
    if inboxes:
        connection.execute(_FORGET_REVISIONS, (texts(inboxes), before))
