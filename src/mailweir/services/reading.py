"""Reading mail, for every reader alike: `Access` is asked first who he is and what he may see.

Who reads a message in the moment of its coming waits a little for its digest, so that a test that was
told of its mail finds the code in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.message import MessageId, Summary
from mailweir.model.query import Query
from mailweir.policy.visibility import Caller, Reader
from mailweir.ports.clock import Clock
from mailweir.ports.mailbox import Mailbox
from mailweir.services.access import Access
from mailweir.services.watching import Watching

YOUNG: Final = 2000
"""Milliseconds after its coming for which a message is waited for."""

PATIENCE: Final = 0.25
"""Seconds that a reader waits for digests."""

_FEW: Final = 20  # messages that are waited for
_LOOK: Final = 0.05  # seconds: nudges may be lost


class PendingError(Exception):
    """The message is there, and has not been digested yet."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's half of the system. Every method raises RefusedError and UnavailableError."""

    mailbox: Mailbox
    access: Access
    clock: Clock
    watching: Watching

    async def inbox(
        self, reader: Reader, inbox: Inbox, *, limit: int, until: int | None = None
    ) -> Sequence[Summary]:
        """The newest messages of one inbox that this reader may see, newest first."""
        if (all_at := self.access.caught(reader, inbox)) is not None:
            found = await self.mailbox.at_host(all_at.host, limit=limit, until=until, shown=all_at.shown)
            return await self._digested(all_at.caller, found)
        caller = self.access.read(reader, inbox)
        return await self._digested(caller, await self._newest(caller, inbox, limit, until))

    async def all(self, reader: Reader, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """*All mail*, newest first: what is public, and the reader's own."""
        caller = self.access.list_all(reader)
        shown = self.access.all_shown(caller)
        return await self._digested(caller, await self.mailbox.all(limit=limit, until=until, shown=shown))

    async def at_host(
        self, reader: Reader, host: Host, *, limit: int, until: int | None = None
    ) -> Sequence[Summary]:
        """What there is at a host of the reader's, newest first."""
        caller = self.access.domain(reader, host)
        shown = self.access.all_shown(caller)
        found = await self.mailbox.at_host(host, limit=limit, until=until, shown=shown)
        return await self._digested(caller, found)

    async def search(
        self, reader: Reader, inbox: Inbox | None, query: Query, *, limit: int
    ) -> Sequence[Summary]:
        """What matches of that which `inbox`, or `all`, would show, newest first. Raises TooBroadError.

        The newest message is waited for as there; what has no digest is not found.
        """
        if inbox is None:
            caller = self.access.list_all(reader)
            shown = self.access.all_shown(caller)
            await self._digested(caller, await self.mailbox.all(limit=1, shown=shown))
            found = await self.mailbox.search(None, query, limit=limit, shown=shown)
            return [self.access.as_shown(caller, one) for one in found]
        newest = await self.inbox(reader, inbox, limit=1)
        if (all_at := self.access.caught(reader, inbox)) is not None:
            found = await self.mailbox.search_at(all_at.host, query, limit=limit, shown=all_at.shown)
            return [self.access.as_shown(all_at.caller, one) for one in found]
        caller = self.access.read(reader, inbox)
        shown = self.access.all_shown(caller)
        found = await self.mailbox.search(inbox, query, limit=limit, shown=shown)
        if self.access.only_latest(caller):
            found = [one for one in found[:1] if newest and one.id == newest[0].id]
        return [self.access.as_shown(caller, one) for one in found]

    async def count(self, reader: Reader, inbox: Inbox) -> int:
        """How many messages of one inbox this reader may see."""
        if (all_at := self.access.caught(reader, inbox)) is not None:
            return await self.mailbox.count_at(all_at.host, shown=all_at.shown)
        caller = self.access.read(reader, inbox)
        count = await self.mailbox.count(inbox, shown=self.access.all_shown(caller))
        return min(count, 1) if self.access.only_latest(caller) else count

    async def find(self, reader: Reader, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message; None when this inbox shows this reader none of that id."""
        caller, found = await self._shown(reader, inbox, message)
        digested = await self._digested(caller, [] if found is None else [found])
        return digested[0] if digested else None

    async def raw(self, reader: Reader, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message, byte for byte; None as in `find`."""
        _, found = await self._shown(reader, inbox, message)
        return None if found is None else await self.mailbox.raw(found.inbox, message)

    async def digest(self, reader: Reader, inbox: Inbox, message: MessageId) -> Digest | None:
        """What was read out of a message; None as in `find`. Raises PendingError."""
        summary = await self.find(reader, inbox, message)
        if summary is None:
            return None
        digest = await self.mailbox.digest(summary.inbox, message)
        if digest is None and await self.mailbox.find(summary.inbox, message) is not None:
            raise PendingError
        return digest

    async def delete(self, reader: Reader, inbox: Inbox, message: MessageId) -> bool:
        """Removes one message for good; False when this reader sees none of that id."""
        self.access.at(reader, inbox, changes=True)
        caller, found = await self._shown(reader, inbox, message)
        if found is None or found.marks.saved_by is None:
            self.access.delete(reader, inbox if found is None else found.inbox)
        if found is None:
            return False
        return await self.mailbox.delete(found.inbox, message, shown=self.access.all_shown(caller))

    async def clear(self, reader: Reader, inbox: Inbox, *, saved: bool = False) -> int:
        """Removes all that is in an inbox now, and says how many messages went.

        What somebody has saved stays; `saved`: but for what the reader himself has.
        """
        caller = self.access.clear(reader, inbox)
        saver = caller.account if saved else None
        if (all_at := self.access.caught(reader, inbox)) is not None:
            return await self.mailbox.clear_host(all_at.host, saved_by=saver, shown=all_at.shown)
        return await self.mailbox.clear(inbox, saved_by=saver)

    async def saved(self, reader: Reader, *, limit: int) -> Sequence[Summary]:
        """What the reader's account has saved, wherever it is, newest first."""
        return await self.mailbox.saved(self.access.account(reader), limit=limit)

    async def _shown(self, reader: Reader, inbox: Inbox, message: MessageId) -> tuple[Caller, Summary | None]:
        """Who reads, and one message, if he is shown one of that id: what he has saved wherever it is.

        That of a catch-all is looked up where it lies, and then is as one that was asked for there.
        """
        inbox = await self._place(reader, inbox, message)
        caller = self.access.at(reader, inbox)
        found = None if caller.account is None else await self.mailbox.find(inbox, message)
        if found is not None and found.marks.saved_by == caller.account:
            return caller, found
        self.access.read(reader, inbox)
        found = found or await self.mailbox.find(inbox, message)
        if found is None or not self.access.shows(caller, inbox, found.marks.saved_by):
            return caller, None
        if self.access.only_latest(caller):
            newest = await self._newest(caller, inbox, 1, None)
            return caller, found if newest and newest[0].id == message else None
        return caller, found

    async def _place(self, reader: Reader, inbox: Inbox, message: MessageId) -> Inbox:
        """The inbox in which a message lies that this one shows."""
        if (all_at := self.access.caught(reader, inbox)) is None:
            return inbox
        found = await self.mailbox.find_at(all_at.host, message)
        return found.inbox if found and all_at.shown(found.inbox, found.marks.saved_by) else inbox

    async def _newest(self, caller: Caller, inbox: Inbox, limit: int, until: int | None) -> Sequence[Summary]:
        shown = self.access.all_shown(caller)
        if self.access.only_latest(caller):
            newest = await self.mailbox.inbox(inbox, limit=1, shown=shown)
            return [s for s in newest if until is None or s.received <= until][:limit]
        return await self.mailbox.inbox(inbox, limit=limit, until=until, shown=shown)

    async def _digested(self, caller: Caller, found: Sequence[Summary]) -> Sequence[Summary]:
        """The same messages, once the young ones have their digests, or when patience is over."""
        return [self.access.as_shown(caller, one) for one in await self._waited_for(caller, found)]

    async def _waited_for(self, caller: Caller, found: Sequence[Summary]) -> Sequence[Summary]:
        waiting = self._young(found)
        if not 0 < len(waiting) <= _FEW:  # with more of them digestion is behind, and waiting is no use
            return found
        summaries = {one.seq: one for one in found}
        end = self.clock.monotonic() + PATIENCE
        with self.watching.on({one.inbox for one in waiting}) as change:
            while waiting:
                change.clear()
                for one in waiting:
                    now = await self.mailbox.find(one.inbox, one.id)
                    if now is None or not self.access.shows(caller, now.inbox, now.marks.saved_by):
                        del summaries[one.seq]
                    else:
                        summaries[one.seq] = now
                waiting = self._young(list(summaries.values()))
                left = end - self.clock.monotonic()
                if not waiting or left <= 0:
                    break
                await change.wait(min(left, _LOOK))
        return list(summaries.values())

    def _young(self, summaries: Sequence[Summary]) -> list[Summary]:
        since = self.clock.now() - YOUNG
        return [one for one in summaries if one.brief is None and one.received > since]
