"""What retention lets go next. Looks outside the write lock, so that looking never holds intake up.

What it finds may be gone when it is to be removed; removing what is gone is harmless.
"""

from collections.abc import Iterable

from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.address import Inbox
from mailweir.ports.mailbox import Private

_OLD = """
    SELECT message.received, message.id, message.size, entry.seq, entry.inbox, entry.saved_by
    FROM message CROSS JOIN entry ON entry.seq BETWEEN message.id AND message.id + message.copies - 1
    WHERE message.received < ?1 AND message.received >= ?2 AND (message.received > ?2 OR message.id >= ?3)
    ORDER BY message.received, message.id LIMIT ?4
"""
_ENTRIES_AFTER = "SELECT seq, inbox FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
_LAST_SURPLUS = "SELECT seq FROM entry WHERE inbox = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"
_SURPLUS = """
    SELECT entry.seq, message.size FROM entry CROSS JOIN message ON message.id = entry.message
    WHERE entry.inbox = ? AND entry.seq <= ? AND entry.saved_by IS NULL ORDER BY entry.seq LIMIT ?
"""
_REVISIONS_AFTER = """
    SELECT inbox, at < ?3 AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.inbox = changed.inbox)
    FROM changed WHERE inbox > ?1 ORDER BY inbox LIMIT ?2
"""
_ANY_GONE = "SELECT EXISTS (SELECT 1 FROM gone WHERE at < ?)"
_GONE_NUMBER = "SELECT at FROM gone ORDER BY at DESC LIMIT 1 OFFSET ?"

_ANEW = 3600.0  # seconds
_LOOK = 2000  # entries or revisions looked at in one go: some 20 ms of a thread, and no lock
_WORK = 0.0015  # seconds of statements in a slice; the sync takes the rest of `_HOLD`
_HOLD = 0.004  # seconds that a slice holds the lock, with a reserve to the 5 ms that it may
_FEWEST, _MOST = 10, 400  # copies: those of one inbox share their pages, strangers touch five each
_OCTETS = 2 * 1024 * 1024  # of messages in one slice: 500 pages to hand back


class SliceSize:
    """How many copies may go in one slice, learnt from what the last ones took."""

    def __init__(self) -> None:
        self.rows = 50

    def learn(self, work: float, held: float) -> None:
        """The last slice's statements took `work` seconds; it held the lock for `held`, syncing included.

        A slow disk makes slices smaller down to `_FEWEST` only: most of a sync's time does not
        depend on how much there is to sync.
        """
        fitting = self.rows * min(_WORK / max(work, 1e-6), 2.0)
        if held > _HOLD:
            fitting = min(fitting, self.rows / 2)
        self.rows = int(min(max(fitting, _FEWEST), _MOST))


class AgeScan:
    """Walks over old mail, oldest first, and on over what has become old meanwhile.

    What stays, since it is saved or private, is passed over once, and again when the walk begins anew, after
    an hour: it may have become public. Start anew when a removal failed.
    """

    def __init__(self, private: Private) -> None:
        self._private = private
        self._place = (0, 0)  # when the next message was received, and its id
        self._begun: float | None = None

    def look(self, connection: Connection, before: int, rows: int, now: float) -> tuple[list[int], bool]:
        """At most `rows` copies that were received `before` that moment, and whether there may be more.

        `now` in seconds of any clock.
        """
        if self._begun is None or now - self._begun >= _ANEW:
            self._place, self._begun = (0, 0), now
        found = connection.execute(_OLD, (before, *self._place, _LOOK)).fetchall()
        picked: list[int] = []
        octets = 0
        for received, id_, size, seq, inbox, saved_by in found:
            self._place = (received, id_)
            if saved_by is None and not self._private(inbox):
                octets += size
                if picked and (len(picked) >= rows or octets > _OCTETS):
                    return picked, True
                picked.append(seq)
        if len(found) == _LOOK:  # the last message may have more copies: it has fewer than a look has rows
            return picked, True
        if found:
            self._place = (self._place[0], self._place[1] + 1)
        return picked, False


class CountScan:
    """Walks over all entries once, and then over new ones, for inboxes that hold more than `keep`.

    At the end it says so once, before it looks for what has come meanwhile: who then pauses removes a
    second's mail in a few slices, and not in one for every millisecond. It begins anew after an hour, since
    private inboxes may have become public. Start anew when a removal failed.
    """

    def __init__(self, private: Private) -> None:
        self._private = private
        self._keep = 0
        self._begun: float | None = None
        self._cursor = 0
        self._at_end = False
        self._inboxes: dict[str, None] = {}  # seen since the cursor moved, not yet found in order

    def look(self, connection: Connection, keep: int, rows: int, now: float) -> tuple[list[int], bool]:
        """At most `rows` surplus copies, oldest of each inbox first, and whether there may be more.

        `now` as in `AgeScan`.
        """
        if keep != self._keep or self._begun is None or now - self._begun >= _ANEW:
            self._keep, self._begun = keep, now
            self._cursor, self._at_end, self._inboxes = 0, False, {}
        if not self._inboxes and not self._move(connection):
            return [], False
        picked: list[tuple[int, int]] = []
        orderly: list[str] = []  # once what is picked has gone
        for inbox in self._inboxes:
            own = self._private(Inbox(inbox))
            last = None if own else connection.execute(_LAST_SURPLUS, (inbox, keep)).get
            if last is not None:
                picked += connection.execute(_SURPLUS, (inbox, last, rows - len(picked)))
            if len(picked) >= rows:
                break
            orderly.append(inbox)
        chosen = one_slice(picked)
        if len(chosen) == len(picked):
            for inbox in orderly:
                del self._inboxes[inbox]
        return chosen, True

    def _move(self, connection: Connection) -> bool:
        if self._at_end:
            self._at_end = False
            return False
        entries = connection.execute(_ENTRIES_AFTER, (self._cursor, _LOOK)).fetchall()
        if not entries:
            return False
        self._at_end = len(entries) < _LOOK
        self._cursor = entries[-1][0]
        self._inboxes = dict.fromkeys(inbox for _, inbox in entries)
        return True


class RevisionScan:
    """Walks round and round over the revisions of inboxes that something was removed from."""

    def __init__(self) -> None:
        self._cursor = ""

    def look(self, connection: Connection, before: int, rows: int) -> list[str]:
        """At most `rows` inboxes that are empty and were last changed `before` that moment."""
        picked: list[str] = []
        looked = 0
        for inbox, forgettable in connection.execute(_REVISIONS_AFTER, (self._cursor, _LOOK, before)):
            looked += 1
            self._cursor = inbox
            picked += [inbox] if forgettable else []
            if len(picked) >= rows:
                return picked
        if looked < _LOOK:
            self._cursor = ""
        return picked


def gone_number(connection: Connection, number: int) -> int:
    """When the tombstone was made that has `number` newer ones; 0 when there are fewer."""
    return connection.execute(_GONE_NUMBER, (number,)).get or 0


def any_gone(connection: Connection, before: int) -> bool:
    """Whether there are tombstones that were made `before` that moment."""
    return bool(connection.execute(_ANY_GONE, (before,)).get)


def one_slice(copies: Iterable[tuple[int, int]]) -> list[int]:
    """The first of these (seq, octets) whose messages are not too large together; at least one."""
    picked: list[int] = []
    octets = 0
    for seq, size in copies:
        octets += size
        if picked and octets > _OCTETS:
            break
        picked.append(seq)
    return picked
