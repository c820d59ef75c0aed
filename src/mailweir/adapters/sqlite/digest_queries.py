"""The statements behind `SqliteDigests`; what changes anything works within the caller's transaction."""

from collections.abc import Sequence
from typing import Final

from mailweir.adapters.sqlite.digest_rows import digest_rows
from mailweir.adapters.sqlite.driver import Connection, Rows, numbers, texts
from mailweir.adapters.sqlite.packing import Packer, unpacked
from mailweir.adapters.sqlite.rows import peer_ip
from mailweir.adapters.sqlite.search_index import CopyRow, index, strike
from mailweir.model.address import Inbox
from mailweir.model.digest import Digest
from mailweir.ports.digests import Unread

_OCTETS: Final = 8 * 1024 * 1024  # of messages that are given out at once

_UNREAD = "SELECT message.id, message.meta, message.received, message.encoding, message.size, message.raw"
_UNDIGESTED = f"""
    {_UNREAD} FROM message
    WHERE message.id > ? AND NOT EXISTS (SELECT 1 FROM digest WHERE digest.message = message.id)
    ORDER BY message.id LIMIT ?
"""  # noqa: S608  a list of columns, fixed here
_OUTDATED = f"""
    {_UNREAD} FROM digest CROSS JOIN message ON message.id = digest.message
    WHERE digest.message > ? AND digest.rules < ? ORDER BY digest.message LIMIT ?
"""
_COUNT_OUTDATED = """
    SELECT count(*) FROM digest CROSS JOIN message ON message.id = digest.message WHERE digest.rules < ?
"""

_DISTRUST = """
    UPDATE digest SET rules = 0
    WHERE message IN (SELECT message FROM digest WHERE message > ? ORDER BY message LIMIT ?) RETURNING message
"""
_KEEP = "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?)"
_COPIES = """
    SELECT message.id, message.sender, message.received, entry.inbox
    FROM message CROSS JOIN entry ON entry.seq BETWEEN message.id AND message.id + message.copies - 1
    WHERE message.id IN carray(?) ORDER BY message.id
"""
_TOUCH = "INSERT OR REPLACE INTO touched VALUES (?, ?)"
_PROGRESS = "UPDATE progress SET digested = max(digested, ?), last = last + ? RETURNING last"

_UNKNOWN = """
    NOT EXISTS (SELECT 1 FROM entry WHERE entry.inbox = touched.inbox)
    AND NOT EXISTS (SELECT 1 FROM changed WHERE changed.inbox = touched.inbox)
"""
_SWEEP = f"SELECT inbox, {_UNKNOWN} FROM touched WHERE inbox > ? ORDER BY inbox LIMIT ?"  # noqa: S608  fixed here
_FORGET_INBOXES = f"DELETE FROM touched WHERE inbox IN carray(?) AND {_UNKNOWN}"  # noqa: S608


def digested(connection: Connection) -> int:
    """The number up to which every message has a digest or is gone."""
    return connection.execute("SELECT digested FROM progress").get


def undigested(connection: Connection, after: int, limit: int) -> list[Unread]:
    """Messages after that number that have no digest."""
    return _unread(connection.execute(_UNDIGESTED, (after, limit)))


def unread(connection: Connection, key: int) -> Unread | None:
    """The message of that number."""
    found = _unread(connection.execute(f"{_UNREAD} FROM message WHERE id = ?", (key,)))
    return found[0] if found else None


def outdated(connection: Connection, rules: int, after: int, limit: int) -> list[Unread]:
    """Messages after that number whose digest was made by older rules."""
    return _unread(connection.execute(_OUTDATED, (after, rules, limit)))


def count_outdated(connection: Connection, rules: int) -> int:
    """How many of those there are in all."""
    return connection.execute(_COUNT_OUTDATED, (rules,)).get


def keep(
    connection: Connection, packer: Packer, digests: Sequence[tuple[int, Digest]], digested: int
) -> list[Inbox]:
    """Writes the digests of messages that are there; returns the inboxes that they lie in."""
    keys = [key for key, _ in digests]
    copies = connection.execute(_COPIES, (numbers(keys),)).fetchall() if keys else list[CopyRow]()
    there = {key for key, *_ in copies}
    rows = digest_rows(packer, [(key, digest) for key, digest in digests if key in there])
    connection.executemany(_KEEP, rows)
    index(connection, copies, dict(digests))
    inboxes = list(dict.fromkeys(inbox for *_, inbox in copies))
    last: int = connection.execute(_PROGRESS, (digested, len(inboxes))).fetchall()[0][0]
    first = last - len(inboxes) + 1
    connection.executemany(_TOUCH, [(inbox, change) for change, inbox in enumerate(inboxes, first)])
    return inboxes


def distrust(connection: Connection, after: int, limit: int) -> int | None:
    """Makes the next `limit` digests after that message outdated; returns the last one, None at the end."""
    rows = connection.execute(_DISTRUST, (after, limit)).fetchall()
    return max((message for (message,) in rows), default=None)


def removed(connection: Connection, limit: int) -> list[int]:
    """Messages that are gone and may have a digest still."""
    return [message for (message,) in connection.execute("SELECT message FROM removed LIMIT ?", (limit,))]


def let_go(connection: Connection, messages: Sequence[int]) -> None:
    """Removes the digests of these messages, and their words."""
    connection.execute("DELETE FROM digest WHERE message IN carray(?)", (numbers(messages),))
    strike(connection, messages)


def forget_removed(connection: Connection, messages: Sequence[int]) -> None:
    """Notes that their digests are gone, too."""
    connection.execute("DELETE FROM removed WHERE message IN carray(?)", (numbers(messages),))


def unknown_inboxes(connection: Connection, after: str, limit: int) -> tuple[list[str], str]:
    """Of the `limit` inboxes after that one those that the intake has forgotten, and where to go on."""
    looked = connection.execute(_SWEEP, (after, limit)).fetchall()
    return [inbox for inbox, unknown in looked if unknown], looked[-1][0] if len(looked) == limit else ""


def forget_inboxes(connection: Connection, inboxes: Sequence[str]) -> None:
    """Forgets the changes of those that are still unknown."""
    connection.execute(_FORGET_INBOXES, (texts(inboxes),))


def _unread(rows: Rows) -> list[Unread]:
    found: list[Unread] = []
    octets = 0
    for key, meta, received, encoding, size, stored in rows:
        octets += size
        if found and octets > _OCTETS:
            break
        found.append(Unread(key, unpacked(encoding, size, stored), peer_ip(meta), received))
    return found
