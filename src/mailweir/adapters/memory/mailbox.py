"""Kept mail in memory. Each method finishes without waiting, so each is one transaction."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from mailweir.adapters.memory.search import matches
from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.marks import PUT_AWAY, UNMARKED, Marks
from mailweir.model.message import MessageId, Summary
from mailweir.model.places import Places
from mailweir.model.query import Query
from mailweir.ports.mailbox import (
    GATHERED,
    LOOKED_FOR,
    USED,
    Gathered,
    Private,
    Shown,
    Usage,
    Wanted,
    nobodys,
)

_SLICE = 50  # copies that one `expire` removes, well under a millisecond


class MemoryMailbox:
    """Reads and lets go what a `MemoryStore` holds."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def inbox(
        self, inbox: Inbox, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that are shown, newest first."""
        return _first(self._store.newest(inbox), limit, until, shown)

    async def all(
        self, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over every inbox."""
        return _first(self._store.newest(), limit, until, shown)

    async def at_host(
        self, host: Host, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        return _first(self._store.newest_in(Places(hosts=(host,))), limit, until, shown)

    async def gather(
        self,
        places: Places,
        *,
        limit: int,
        skip: int = 0,
        since: int | None = None,
        shown: Shown | None = None,
        wanted: Wanted | None = None,
    ) -> Gathered:
        """What lies in several places at once."""
        visible = [
            copy
            for copy in islice(self._store.newest_in(places), GATHERED)
            if (shown is None or shown(copy.inbox, copy.marks.saved_by)) and copy.marks.folder not in PUT_AWAY
        ]
        unread = sum(1 for copy in visible if copy.marks.read is not True)
        recent = (copy for copy in visible if since is None or copy.received >= since)
        candidates = recent if wanted is None else filter(wanted, islice(recent, LOOKED_FOR))
        return Gathered(list(islice(candidates, skip, skip + limit)), unread)

    async def walk(self, places: Places, seq: int, *, limit: int) -> Sequence[Summary]:
        """The oldest messages in several places with a larger `seq`."""
        newer = (copy for copy in self._store.newest_in(places) if copy.seq > seq)
        return sorted(newer, key=lambda copy: copy.seq)[:limit]

    async def inboxes(self, beginning: str, host: Host, *, limit: int) -> Sequence[Inbox]:
        """Some of the inboxes whose names begin so."""
        at_host = {copy.inbox for copy in self._store.newest_in(Places(hosts=(host,)))}
        return sorted(inbox for inbox in at_host if inbox.startswith(beginning))[:limit]

    async def usage(self, places: Places) -> Usage:
        """What the messages in some places amount to."""
        copies = list(islice(self._store.newest_in(places), USED))
        return Usage(len(copies), sum(copy.size for copy in copies))

    async def count_host(self, host: Host, *, viewer: AccountName) -> int:
        """How many messages there are at a host but those that others have saved."""
        copies = self._store.newest_in(Places(hosts=(host,)))
        return sum(1 for copy in copies if copy.marks.saved_by in {None, viewer})

    async def count_at(self, host: Host, *, shown: Shown) -> int:
        """How many of the newest messages at a host are shown."""
        copies = islice(self._store.newest_in(Places(hosts=(host,))), USED)
        return sum(1 for copy in copies if shown(copy.inbox, copy.marks.saved_by))

    async def saved(self, account: AccountName, *, limit: int) -> Sequence[Summary]:
        """The newest `limit` messages that this account has saved."""
        return list(islice((c for c in self._store.newest() if c.marks.saved_by == account), limit))

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message of this inbox."""
        return self._store.find(inbox, message)

    async def find_at(self, host: Host, message: MessageId) -> Summary | None:
        """One message at this host."""
        copies = self._store.newest_in(Places(hosts=(host,)))
        return next((copy for copy in copies if copy.id == message), None)

    async def raw(self, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message as it was kept."""
        copy = self._store.find(inbox, message)
        return None if copy is None else self._store.raw(copy)

    async def count(self, inbox: Inbox, *, shown: Shown | None = None) -> int:
        """How many messages this inbox has that are shown."""
        return sum(1 for c in self._store.newest(inbox) if shown is None or shown(inbox, c.marks.saved_by))

    async def digest(self, inbox: Inbox, message: MessageId) -> Digest | None:
        """What was read out of a message."""
        copy = self._store.find(inbox, message)
        return None if copy is None else self._store.digest(copy)

    async def whole(self, summary: Summary) -> tuple[bytes, Digest | None] | None:
        """The octets of a message, and what was read out of it."""
        copy = self._store.find(summary.inbox, summary.id)
        return None if copy is None else (self._store.raw(copy), self._store.digest(copy))

    async def after(
        self, inboxes: Sequence[Inbox] | None, seq: int, *, limit: int, hosts: Sequence[Host] = ()
    ) -> Sequence[Summary]:
        """The oldest `limit` messages of these inboxes and hosts, or of all, with a larger `seq`."""
        places = [None] if inboxes is None else set(inboxes)
        newer = {c.seq: c for place in places for c in self._store.newest(place) if c.seq > seq}
        at_hosts = self._store.newest_in(Places(hosts=tuple(hosts))) if hosts else iter(())
        newer |= {copy.seq: copy for copy in at_hosts if copy.seq > seq}
        return [newer[number] for number in sorted(newer)[:limit]]

    async def position(self) -> int:
        """The largest `seq` so far."""
        return self._store.position

    async def holds(self, seq: int) -> bool:
        """Whether the message of that `seq` is there."""
        return self._store.holds(seq)

    async def search(
        self, inbox: Inbox | None, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that match."""
        copies = self._store.newest() if inbox is None else self._store.newest(inbox)
        return self._matching(copies, query, limit, shown)

    async def search_at(
        self, host: Host, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        return self._matching(self._store.newest_in(Places(hosts=(host,))), query, limit, shown)

    def _matching(
        self, copies: Iterator[Summary], query: Query, limit: int, shown: Shown | None
    ) -> list[Summary]:
        visible = (c for c in copies if shown is None or shown(c.inbox, c.marks.saved_by))
        read = ((copy, self._store.kept(copy)) for copy in visible)
        found = (copy for copy, kept in read if kept.digest and matches(query, kept, kept.digest))
        return list(islice(found, limit))

    async def delete(self, inbox: Inbox, message: MessageId, *, shown: Shown | None = None) -> bool:
        """Removes one copy for good."""
        copy = self._store.find(inbox, message)
        if copy is None or not (shown is None or shown(inbox, copy.marks.saved_by)):
            return False
        self._store.remove([copy])
        return True

    async def mark(
        self, inbox: Inbox, message: MessageId, change: Callable[[Marks], Marks]
    ) -> Summary | None:
        """Gives one copy other marks."""
        copy = self._store.find(inbox, message)
        return None if copy is None else self._store.mark(copy, change(copy.marks))

    async def saved_number(self, account: AccountName) -> int:
        """How many messages this account has saved."""
        return sum(1 for copy in self._store.newest() if copy.marks.saved_by == account)

    async def forsake(self, account: AccountName) -> int:
        """Lets go of all that this account has saved."""
        copies = [copy for copy in self._store.newest() if copy.marks.saved_by == account]
        for copy in copies:
            self._store.mark(copy, UNMARKED)
        return len(copies)

    async def clear(self, inbox: Inbox, *, saved_by: AccountName | None = None) -> int:
        """Removes all copies that are in this inbox now."""
        copies = [c for c in self._store.newest(inbox) if c.marks.saved_by in {None, saved_by}]
        self._store.remove(copies)
        return len(copies)

    async def clear_host(
        self, host: Host, *, saved_by: AccountName | None = None, shown: Shown | None = None
    ) -> int:
        """The same for all inboxes of a host, or for what is shown of them."""
        newest = self._store.newest_in(Places(hosts=(host,)))
        copies = [
            copy
            for copy in newest
            if copy.marks.saved_by in {None, saved_by}
            and (shown is None or shown(copy.inbox, copy.marks.saved_by))
        ]
        self._store.remove(copies)
        return len(copies)

    async def revision(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change."""
        return self._store.revision(inbox)

    async def expire(self, *, before: int, keep: int, private: Private = nobodys) -> int:
        """Removes one slice of what retention lets go."""
        copies = self._store.let_go(before=before, keep=keep, private=private, slice_size=_SLICE)
        self._store.remove(copies)
        if not copies:
            self._store.forget()
        return len(copies)

    async def trim(self, places: Places, *, keep: int) -> int:
        """Removes one slice of what there is in these places beyond the newest."""
        surplus = list(self._store.newest_in(places))[keep:]
        loose = (copy for copy in reversed(surplus) if copy.marks.saved_by in {None, places.saved_by})
        copies = list(islice(loose, _SLICE))
        self._store.remove(copies)
        return len(copies)

    async def prune(self, inbox: Inbox, *, before: int = 0, keep: int = 0) -> int:
        """Removes what one inbox keeps no longer."""
        copies = [
            copy
            for place, copy in enumerate(self._store.newest(inbox))
            if copy.marks.saved_by is None and (copy.received < before or 0 < keep <= place)
        ]
        self._store.remove(copies)
        return len(copies)

    async def close(self) -> None:
        """Nothing runs between two calls."""


def _first(copies: Iterator[Summary], limit: int, until: int | None, shown: Shown | None) -> list[Summary]:
    visible = (c for c in copies if shown is None or shown(c.inbox, c.marks.saved_by))
    return list(islice((c for c in visible if until is None or c.received <= until), limit))
