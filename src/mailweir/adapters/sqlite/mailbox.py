"""Kept mail on SQLite: reads in a few threads, removals in one, and neither on the event loop."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from mailweir.adapters.sqlite import place_queries, queries, removal, search
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.expiry import Expiry
from mailweir.adapters.sqlite.pruning import Pruning
from mailweir.adapters.sqlite.revisions import Revisions
from mailweir.adapters.sqlite.threads import Changes, Reader, Readers
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.marks import Marks
from mailweir.model.message import MessageId, Summary
from mailweir.model.places import Places
from mailweir.model.query import Query
from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Gathered, Private, Shown, Usage, Wanted, nobodys

_READERS = 4  # more threads than this wait for each other, not for the disk
_SEARCHERS = 2  # threads of their own: a search may take a second, and holds no list up

_SLICE = 50  # copies that are removed in one transaction


# What is asked on the loop itself: some look-ups in pages that are in memory take 10 to 50 µs, of which a
# hop to a thread and back would make 200.
_FEW = 10  # messages
_SMALL = 64 * 1024  # octets of one
_LISTED = 100  # messages of an inbox that was listed a moment ago
_WARM = 1000  # such inboxes


class SqliteMailbox:
    """The mail in the store of a directory that `prepare` has been run on."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._readers = Readers(directory, _READERS)
        self._here = Reader(directory)
        self._warm: OrderedDict[Inbox, None] = OrderedDict()
        self._revisions = Revisions(directory, self._here)
        self._searchers = Readers(directory, _SEARCHERS)
        self._removals = Changes(directory, clock, patience=patience)
        self._expiry = Expiry(self._readers, self._removals, clock)
        self._pruning = Pruning(self._readers, self._removals, clock)

    async def inbox(
        self, inbox: Inbox, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that are shown, newest first.

        A thread fetches what may have to come from the disk; who asks again for a list that is not long
        is answered on the loop, in a third of the time.
        """
        if limit <= _LISTED and inbox in self._warm:
            self._warm.move_to_end(inbox)
            few = limit + _LISTED
            there = self._here.answer(
                lambda c: queries.newest_within(c, inbox, limit, until, shown, most=few)
            )
            if there is not None:
                return there
        found = await self._readers.run(_newest(inbox, limit, until, shown))
        self._warm[inbox] = None
        if len(self._warm) > _WARM:
            self._warm.popitem(last=False)
        return found

    async def all(
        self, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over every inbox."""
        return await self._readers.run(_newest(None, limit, until, shown))

    async def at_host(
        self, host: Host, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        return await self._readers.run(
            lambda c: queries.newest_at(c, host, limit=limit, until=until, shown=shown)
        )

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
        page = place_queries.Page(limit, skip, since, shown, wanted)
        return await self._searchers.run(lambda c: place_queries.gather(c, places, page))

    async def walk(self, places: Places, seq: int, *, limit: int) -> Sequence[Summary]:
        """The oldest messages in several places with a larger `seq`."""
        return await self._searchers.run(lambda c: place_queries.walk(c, places, seq, limit))

    async def inboxes(self, beginning: str, host: Host, *, limit: int) -> Sequence[Inbox]:
        """Some of the inboxes whose names begin so."""
        return await self._searchers.run(lambda c: place_queries.inboxes(c, beginning, host, limit))

    async def usage(self, places: Places) -> Usage:
        """What the messages in some places amount to."""
        return await self._searchers.run(lambda c: place_queries.usage(c, places))

    async def count_host(self, host: Host, *, viewer: AccountName) -> int:
        """How many messages there are at a host but those that others have saved."""
        return await self._readers.run(lambda c: place_queries.count_host(c, host, viewer))

    async def count_at(self, host: Host, *, shown: Shown) -> int:
        """How many of the newest messages at a host are shown."""
        return await self._readers.run(lambda c: place_queries.count_shown(c, host, shown))

    async def saved(self, account: AccountName, *, limit: int) -> Sequence[Summary]:
        """The newest `limit` messages that this account has saved."""
        return await self._readers.run(lambda c: queries.saved(c, account, limit))

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message of this inbox."""
        return self._here.answer(lambda c: queries.find(c, inbox, message))

    async def find_at(self, host: Host, message: MessageId) -> Summary | None:
        """One message at this host."""
        return self._here.answer(lambda c: queries.find_at(c, host, message))

    async def raw(self, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message as it was kept."""
        return await self._readers.run(lambda c: queries.raw(c, inbox, message))

    async def count(self, inbox: Inbox, *, shown: Shown | None = None) -> int:
        """How many messages this inbox has that are shown."""
        return await self._readers.run(lambda c: queries.count(c, inbox, shown))

    async def digest(self, inbox: Inbox, message: MessageId) -> Digest | None:
        """What was read out of a message."""
        return await self._readers.run(lambda c: queries.full(c, inbox, message))

    async def after(
        self, inboxes: Sequence[Inbox] | None, seq: int, *, limit: int, hosts: Sequence[Host] = ()
    ) -> Sequence[Summary]:
        """The oldest `limit` messages of these inboxes and hosts, or of all, with a larger `seq`."""
        if limit <= _FEW and not hosts:
            return self._here.answer(lambda c: queries.after(c, inboxes, seq, limit))
        return await self._readers.run(lambda c: queries.after(c, inboxes, seq, limit, hosts))

    async def whole(self, summary: Summary) -> tuple[bytes, Digest | None] | None:
        """The octets of a message, and what was read out of it."""
        if summary.size <= _SMALL:
            return self._here.answer(lambda c: queries.whole(c, summary))
        return await self._readers.run(lambda c: queries.whole(c, summary))

    async def position(self) -> int:
        """The largest `seq` so far."""
        return self._here.answer(queries.position)

    async def holds(self, seq: int) -> bool:
        """Whether the message of that `seq` is there."""
        return self._here.answer(lambda c: queries.holds(c, seq))

    async def search(
        self, inbox: Inbox | None, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that match."""
        asked = search.Asked(inbox, query, limit, shown)
        return await self._searchers.run(lambda c: search.search(c, asked, self._clock.monotonic))

    async def search_at(
        self, host: Host, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        asked = search.Asked(None, query, limit, shown, host)
        return await self._searchers.run(lambda c: search.search(c, asked, self._clock.monotonic))

    async def revision(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change."""
        return self._revisions.of(inbox)

    async def delete(self, inbox: Inbox, message: MessageId, *, shown: Shown | None = None) -> bool:
        """Removes one copy for good."""
        now = self._clock.now()

        def remove(connection: Connection) -> int:
            seq = queries.seq(connection, inbox, message, shown)
            return 0 if seq is None else removal.remove(connection, [seq], now)

        # Most ids that are not there never were: those need no lock.
        if await self.find(inbox, message) is None:
            return False
        removed, _ = await self._removals.run(remove)
        return removed > 0

    async def mark(
        self, inbox: Inbox, message: MessageId, change: Callable[[Marks], Marks]
    ) -> Summary | None:
        """Gives one copy other marks."""
        now = self._clock.now()
        there, _ = await self._removals.run(lambda c: queries.mark(c, inbox, message, change, now))
        return await self.find(inbox, message) if there else None

    async def saved_number(self, account: AccountName) -> int:
        """How many messages this account has saved."""
        return await self._readers.run(lambda c: queries.saved_number(c, account))

    async def forsake(self, account: AccountName) -> int:
        """Lets go of all that this account has saved, in slices."""
        total = 0
        while True:
            now = self._clock.now()
            gone, _ = await self._removals.run(lambda c, now=now: queries.forsake(c, account, _SLICE, now))
            total += gone
            if gone < _SLICE:
                return total

    async def clear(self, inbox: Inbox, *, saved_by: AccountName | None = None) -> int:
        """Removes all copies that are in this inbox now."""
        newest = await self._readers.run(lambda c: queries.newest_seq(c, inbox))
        return await self._clear(lambda c: queries.oldest_seqs(c, inbox, newest, _SLICE, saved_by=saved_by))

    async def clear_host(
        self, host: Host, *, saved_by: AccountName | None = None, shown: Shown | None = None
    ) -> int:
        """The same for all inboxes of a host, or for what is shown of them."""
        if shown is not None:
            return await self._pruning.clear_shown(host, saved_by, shown)
        newest = await self._readers.run(lambda c: place_queries.newest_seq(c, host))
        return await self._clear(
            lambda c: place_queries.oldest_seqs(c, host, newest, _SLICE, saved_by=saved_by)
        )

    async def _clear(self, oldest: Callable[[Connection], list[int]]) -> int:
        """Removes what `oldest` gives again and again, in slices, so that intake goes on meanwhile."""
        total = 0
        while True:
            now = self._clock.now()
            removed, _ = await self._removals.run(lambda c, now=now: removal.remove(c, oldest(c), now))
            total += removed
            if removed < _SLICE:
                return total

    async def expire(self, *, before: int, keep: int, private: Private = nobodys) -> int:
        """Removes one slice of what retention lets go; one call at a time."""
        return await self._expiry.expire(before=before, keep=keep, private=private)

    async def trim(self, places: Places, *, keep: int) -> int:
        """Removes one slice of what there is in these places beyond the newest."""
        seqs = await self._readers.run(lambda c: place_queries.surplus(c, places, keep, _SLICE))
        if not seqs:
            return 0
        now = self._clock.now()
        removed, _ = await self._removals.run(lambda c: removal.remove(c, seqs, now))
        return removed

    async def prune(self, inbox: Inbox, *, before: int = 0, keep: int = 0) -> int:
        """Removes some of what one inbox keeps no longer."""
        return await self._pruning.prune(inbox, before=before, keep=keep)

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._removals.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._readers.close()
        await self._searchers.close()
        self._revisions.close()
        self._here.close()
        await self._removals.close()


def _newest(
    inbox: Inbox | None, limit: int, until: int | None, shown: Shown | None
) -> Callable[[Connection], list[Summary]]:
    return lambda c: queries.newest(c, inbox, limit=limit, until=until, shown=shown)
