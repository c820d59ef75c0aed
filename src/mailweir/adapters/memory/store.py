"""What `MemoryIntake` and `MemoryMailbox` share: kept messages, their copies, and one change counter.

The same rules as the SQLite store, told without SQL: every change takes the next number, so `seq`
rises in the order of keeping and is never given twice, and the number of an inbox's latest change is
its revision. All of it happens in one thread, so each method is one transaction.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from msgspec.structs import replace

from mailweir.model.address import Inbox, host_of
from mailweir.model.digest import Digest
from mailweir.model.marks import UNMARKED, Marks
from mailweir.model.message import Delivery, MessageId, QueueId, Summary, message_id
from mailweir.model.places import Places
from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Private
from mailweir.wire.mime.headers import scan

_TOMBSTONE_AGE = 24 * 3600 * 1000  # ms; a replay comes within hours of the first try
_TOMBSTONES = 100_000  # some 10 MB
_REVISION_AGE = 3600 * 1000  # ms


_CHANGE_BITS = 24


@dataclass(slots=True)
class Kept:
    """One message, the `seq` of each copy that is left, and what was read out of it."""

    delivery: Delivery
    key: int
    copies: set[int] = field(default_factory=set[int])
    digest: Digest | None = None


class MemoryStore:
    """Messages in this process's memory, at most `capacity` octets of them."""

    def __init__(self, clock: Clock, *, capacity: int = 256 * 1024 * 1024) -> None:
        self.capacity = capacity
        self.used = 0
        self._clock = clock
        self._last_change = 0
        self._messages: dict[QueueId, Kept] = {}
        self._entries: dict[int, Summary] = {}  # by seq, which rises
        self._inboxes: dict[Inbox, dict[MessageId, int]] = {}  # to seq, which rises
        self._changed: dict[Inbox, tuple[int, int]] = {}  # revision, when
        self._keys: dict[int, QueueId] = {}  # of messages, by the seq of their first copy, which rises
        self._last_digest = 0
        self._touched: dict[Inbox, int] = {}  # the number of the latest change by a digest
        self._gone: OrderedDict[QueueId, int] = OrderedDict()  # when; oldest first

    def keep(self, delivery: Delivery) -> None:
        """Keeps one copy for each inbox; a queue id that was kept before changes nothing."""
        if delivery.id in self._messages or delivery.id in self._gone:
            return
        kept = Kept(delivery, self._last_change + 1)
        headers = scan(delivery.content)
        for index, recipient in delivery.copies():
            self._last_change += 1
            summary = Summary(
                message_id(delivery.id, index),
                recipient.inbox,
                recipient.original,
                self._last_change,
                delivery.received,
                delivery.size,
                delivery.sender,
                delivery.peer,
                headers,
                delivery.flaws,
                marks=UNMARKED if recipient.saved_by is None else Marks(recipient.saved_by),
            )
            kept.copies.add(summary.seq)
            self._entries[summary.seq] = summary
            self._inboxes.setdefault(recipient.inbox, {})[summary.id] = summary.seq
        if kept.copies:
            self._messages[delivery.id] = kept
            self._keys[kept.key] = delivery.id
            self.used += delivery.size

    def newest(self, inbox: Inbox | None = None) -> Iterator[Summary]:
        """The copies in one inbox, or in all, newest first."""
        seqs = self._entries if inbox is None else self._inboxes.get(inbox, {}).values()
        return (self._entries[seq] for seq in reversed(seqs))

    def newest_in(self, places: Places) -> Iterator[Summary]:
        """The copies in any of these places, newest first."""
        inboxes, hosts = set(places.inboxes), set(places.hosts)
        for copy in self.newest():
            saved = places.saved_by is not None and copy.marks.saved_by == places.saved_by
            if saved or copy.inbox in inboxes or host_of(copy.inbox) in hosts:
                yield copy

    def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """The copy of that id in this inbox."""
        seq = self._inboxes.get(inbox, {}).get(message)
        return None if seq is None else self._entries[seq]

    @property
    def position(self) -> int:
        """The number of the latest change."""
        return self._last_change

    def holds(self, seq: int) -> bool:
        """Whether the copy of that number is there."""
        return seq in self._entries

    def raw(self, copy: Summary) -> bytes:
        """The whole message of a copy that is there."""
        return self._messages[_queue_id(copy)].delivery.raw

    def kept(self, copy: Summary) -> Kept:
        """The message of a copy that is there."""
        return self._messages[_queue_id(copy)]

    def digest(self, copy: Summary) -> Digest | None:
        """What was read out of a copy that is there."""
        return self._messages[_queue_id(copy)].digest

    def messages(self, after: int) -> Iterator[Kept]:
        """The messages with a larger key, oldest first."""
        return (self._messages[name] for key, name in self._keys.items() if key > after)

    def read(self, key: int, digest: Digest) -> list[Inbox]:
        """Keeps what was read out of a message; returns the inboxes that it lies in."""
        if (name := self._keys.get(key)) is None:
            return []
        kept = self._messages[name]
        kept.digest = digest
        inboxes: list[Inbox] = []
        for seq in kept.copies:
            copy = self._entries[seq] = replace(self._entries[seq], brief=digest.brief)
            self._last_digest += 1
            self._touched[copy.inbox] = self._last_digest
            inboxes.append(copy.inbox)
        return inboxes

    def revision(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change, and below it that of the latest one by a digest."""
        newest = next(self.newest(inbox), None)
        revision, _ = self._changed.get(inbox, (0, 0))
        copies = max(revision, newest.seq if newest else 0)
        return copies and copies << _CHANGE_BITS | self._touched.get(inbox, 0)

    def mark(self, copy: Summary, marks: Marks) -> Summary:
        """Gives a copy that is there other marks."""
        if marks == copy.marks:
            return copy
        self._last_change += 1
        self._changed[copy.inbox] = (self._last_change, self._clock.now())
        changed = self._entries[copy.seq] = replace(copy, marks=marks)
        return changed

    def remove(self, copies: Iterable[Summary]) -> None:
        """Removes copies that are there; each message goes with its last copy."""
        now = self._clock.now()
        for copy in copies:
            self._last_change += 1
            self._changed[copy.inbox] = (self._last_change, now)
            del self._entries[copy.seq]
            inbox = self._inboxes[copy.inbox]
            del inbox[copy.id]
            if not inbox:
                del self._inboxes[copy.inbox]
            queue_id = _queue_id(copy)
            kept = self._messages[queue_id]
            kept.copies.discard(copy.seq)
            if not kept.copies:
                del self._messages[queue_id]
                del self._keys[kept.key]
                self.used -= copy.size
                if copy.received > now - _TOMBSTONE_AGE:
                    self._gone[queue_id] = now
                    if len(self._gone) > _TOMBSTONES:
                        self._gone.popitem(last=False)

    def let_go(self, *, before: int, keep: int, private: Private, slice_size: int) -> list[Summary]:
        """At most `slice_size` copies that retention lets go."""
        loose = [
            copy for copy in self._entries.values() if copy.marks.saved_by is None and not private(copy.inbox)
        ]
        old = (copy for copy in loose if copy.received < before)
        surplus = (copy for copy in loose if keep and copy.seq < self._kept_from(copy.inbox, keep))
        return list(islice(old, slice_size)) or list(islice(surplus, slice_size))

    def _kept_from(self, inbox: Inbox, keep: int) -> int:
        """The number of the oldest of an inbox's newest copies."""
        seqs = self._inboxes[inbox].values()
        return next(islice(seqs, max(len(seqs) - keep, 0), None))

    def forget(self) -> None:
        """Drops tombstones of more than a day and revisions of inboxes that were empty for an hour."""
        now = self._clock.now()
        while self._gone and next(iter(self._gone.values())) < now - _TOMBSTONE_AGE:
            self._gone.popitem(last=False)
        self._changed = {
            inbox: (revision, at)
            for inbox, (revision, at) in self._changed.items()
            if inbox in self._inboxes or at >= now - _REVISION_AGE
        }
        known = self._inboxes.keys() | self._changed.keys()
        self._touched = {inbox: change for inbox, change in self._touched.items() if inbox in known}


def _queue_id(copy: Summary) -> QueueId:
    return QueueId(copy.id.rpartition("-")[0])
