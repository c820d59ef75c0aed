"""Reading what was kept, and letting it go."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Digest
from mailweir.model.marks import Marks
from mailweir.model.message import MessageId, Summary
from mailweir.model.places import Places
from mailweir.model.query import Query

Shown = Callable[[Inbox, AccountName | None], bool]
"""Whether a message is shown, by its inbox and the account that saved it. Costs nothing and never raises."""


Private = Callable[[Inbox], bool]
"""Whether an inbox is somebody's. Costs nothing and never raises."""

Wanted = Callable[[Summary], bool]
"""Whether a message is one of those that are looked for. Called beside the loop; never raises."""


GATHERED: Final = 20_000
"""Messages that `gather` looks at."""

LOOKED_FOR: Final = 5_000
"""Of them, those that it reads for what is wanted."""

USED: Final = 100_000
"""Messages that `usage` and `count_at` look at."""


def nobodys(inbox: Inbox) -> bool:
    """No inbox is private."""
    del inbox
    return False


class Gathered(Struct, frozen=True):
    """A page of what lies in some places, newest first, and how many of all that is shown are not read."""

    messages: Sequence[Summary]
    unread: int


class Usage(Struct, frozen=True):
    """How many messages there are, and how many octets they have."""

    messages: int
    octets: int


class Mailbox(Protocol):
    """The kept mail of all inboxes. Every method raises UnavailableError when the store is away."""

    async def inbox(
        self, inbox: Inbox, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that are `shown`, newest first; empty for an unknown inbox.

        `until` leaves out what was received later (milliseconds since the epoch). Fewer than `limit` also
        when the newest 100,000 have no more that are shown.
        """
        ...

    async def all(
        self, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over every inbox."""
        ...

    async def at_host(
        self, host: Host, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        ...

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
        """What lies in several places at once, and is not in the folders `spam` and `trash`.

        `skip` and `limit` count what is shown, `wanted`, and received at `since` (milliseconds since the
        epoch) or later. No more than the newest GATHERED messages are looked at, and LOOKED_FOR of them for
        what is wanted.
        """
        ...

    async def walk(self, places: Places, seq: int, *, limit: int) -> Sequence[Summary]:
        """The oldest `limit` messages in several places with a larger `seq`, oldest first, each once.

        In whatever folder, and whoever has saved them.
        """
        ...

    async def inboxes(self, beginning: str, host: Host, *, limit: int) -> Sequence[Inbox]:
        """Some of the inboxes at a host that have mail and whose names begin so, by name."""
        ...

    async def usage(self, places: Places) -> Usage:
        """What the newest USED messages in some places amount to."""
        ...

    async def count_host(self, host: Host, *, viewer: AccountName) -> int:
        """How many messages there are at a host but those that other accounts than the viewer have saved."""
        ...

    async def count_at(self, host: Host, *, shown: Shown) -> int:
        """How many of the newest USED messages at a host are `shown`."""
        ...

    async def saved(self, account: AccountName, *, limit: int) -> Sequence[Summary]:
        """The newest `limit` messages that this account has saved, newest first, wherever they are."""
        ...

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message of this inbox; None when this inbox has none of that id."""
        ...

    async def find_at(self, host: Host, message: MessageId) -> Summary | None:
        """One message at this host, in whichever inbox; None when there is none of that id."""
        ...

    async def raw(self, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message as it was kept, byte for byte."""
        ...

    async def count(self, inbox: Inbox, *, shown: Shown | None = None) -> int:
        """How many messages this inbox has that are shown."""
        ...

    async def digest(self, inbox: Inbox, message: MessageId) -> Digest | None:
        """What was read out of a message; None also as long as it was not."""
        ...

    async def whole(self, summary: Summary) -> tuple[bytes, Digest | None] | None:
        """The octets of a message, and what was read out of it; None when it is gone."""
        ...

    async def after(
        self, inboxes: Sequence[Inbox] | None, seq: int, *, limit: int, hosts: Sequence[Host] = ()
    ) -> Sequence[Summary]:
        """The oldest `limit` messages of these inboxes (None: of all) with a larger `seq`, oldest first.

        Among them those of all inboxes of some `hosts`.
        """
        ...

    async def position(self) -> int:
        """The largest `seq` given so far; what is delivered from now on gets a larger one."""
        ...

    async def holds(self, seq: int) -> bool:
        """Whether the message of that `seq` is there."""
        ...

    async def search(
        self, inbox: Inbox | None, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The newest `limit` messages that match, newest first, of one inbox or of all, that are `shown`.

        What was not digested yet matches nothing. Raises TooBroadError.
        """
        ...

    async def search_at(
        self, host: Host, query: Query, *, limit: int, shown: Shown | None = None
    ) -> Sequence[Summary]:
        """The same over all inboxes of one host."""
        ...

    async def delete(self, inbox: Inbox, message: MessageId, *, shown: Shown | None = None) -> bool:
        """Removes one copy for good; False when none is shown. Other recipients keep theirs."""
        ...

    async def mark(
        self, inbox: Inbox, message: MessageId, change: Callable[[Marks], Marks]
    ) -> Summary | None:
        """Gives one copy the marks that `change` makes of those that it has; None when it is not there.

        `change` neither waits nor raises. The inbox's revision rises when anything was changed.
        """
        ...

    async def clear(self, inbox: Inbox, *, saved_by: AccountName | None = None) -> int:
        """Removes all copies that are in this inbox now and that nobody has saved, or only that account.

        Says how many went.
        """
        ...

    async def clear_host(
        self, host: Host, *, saved_by: AccountName | None = None, shown: Shown | None = None
    ) -> int:
        """The same for all inboxes of a host, or for what is `shown` of them."""
        ...

    async def saved_number(self, account: AccountName) -> int:
        """How many messages this account has saved."""
        ...

    async def forsake(self, account: AccountName) -> int:
        """Lets go of all that this account has saved, marks included; says how many messages those were."""
        ...

    async def revision(self, inbox: Inbox) -> int:
        """A 64-bit number that every change of this inbox raises.

        0 for an inbox that has been empty for an hour or for ever. No two states of an inbox that
        differ ever show the same revision.
        """
        ...

    async def expire(self, *, before: int, keep: int, private: Private = nobodys) -> int:
        """Removes one slice of what retention lets go, and says how many copies went; 0 when done.

        What was received `before` that moment (milliseconds since the epoch) goes, and what is not
        among the newest `keep` of its inbox (0 = no such rule), unless it was saved or the inbox is
        `private`. What has become public is found within an hour. A slice holds intake up for 5 ms at the
        most.
        """
        ...

    async def trim(self, places: Places, *, keep: int) -> int:
        """Removes one slice of what there is in these places beyond the newest `keep`.

        What was saved stays, but for what `places.saved_by` has. Says how many copies went; 0 when done.
        """
        ...

    async def prune(self, inbox: Inbox, *, before: int = 0, keep: int = 0) -> int:
        """Removes some of what one inbox has beyond the newest `keep` (0 = no such rule), or of old mail.

        That was received `before` a moment (milliseconds since the epoch). What was saved stays. Says how
        many copies went; 0 when done: what came in behind a thousand newer messages goes with these.
        """
        ...
