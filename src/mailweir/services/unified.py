"""All of an account's mail as one inbox: its addresses, its domains, and what it has starred anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.message import Summary
from mailweir.model.places import Places
from mailweir.policy.finding import Conditions, meets, mentions
from mailweir.policy.visibility import Reader
from mailweir.ports.accounts import Accounts
from mailweir.ports.domains import Domains
from mailweir.ports.mailbox import Gathered, Usage, Wanted
from mailweir.services.heading import heading
from mailweir.services.reading import Reading

FOUND: Final = 100
"""Messages that a search answers."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What an account has."""

    inboxes: Sequence[Inbox]
    hosts: Sequence[Host]
    starred: int
    stored: Usage


@dataclass(frozen=True, slots=True)
class Unified:
    """Every method raises RefusedError and UnavailableError."""

    reading: Reading
    accounts: Accounts
    domains: Domains

    async def inbox(self, reader: Reader, *, limit: int, skip: int = 0, since: int | None = None) -> Gathered:
        """A page of it, newest first, and how many messages are not read."""
        return await self._gathered(reader, limit=limit, skip=skip, since=since)

    async def filter(self, reader: Reader, conditions: Conditions) -> Sequence[Summary]:
        """The newest messages that are as the conditions say."""

        def wanted(one: Summary) -> bool:
            return meets(conditions, one.inbox, heading(one), one.marks)

        return (await self._gathered(reader, limit=FOUND, wanted=wanted)).messages

    async def search(self, reader: Reader, text: str) -> Sequence[Summary]:
        """The newest messages in whose subject, people or inbox that text is; none for no text."""
        if not text:
            self.reading.access.account(reader)
            return []

        def wanted(one: Summary) -> bool:
            return mentions(text, one.inbox, heading(one))

        return (await self._gathered(reader, limit=FOUND, wanted=wanted)).messages

    async def stock(self, reader: Reader) -> Stock:
        """What the reader's account has."""
        account = self.reading.access.account(reader)
        places = await self._places(account)
        starred = await self.reading.mailbox.saved_number(account)
        stored = await self.reading.mailbox.usage(places)
        return Stock(places.inboxes, places.hosts, starred, stored)

    async def _gathered(
        self,
        reader: Reader,
        *,
        limit: int,
        skip: int = 0,
        since: int | None = None,
        wanted: Wanted | None = None,
    ) -> Gathered:
        access = self.reading.access
        places = await self._places(access.account(reader))
        caller = access.caller(reader)
        found = await self.reading.mailbox.gather(
            places, limit=limit, skip=skip, since=since, shown=access.all_shown(caller), wanted=wanted
        )
        return Gathered([access.as_shown(caller, one) for one in found.messages], found.unread)

    async def _places(self, account: AccountName) -> Places:
        owned = await self.accounts.addresses(account)
        claimed = await self.domains.domains(account)
        return Places(
            tuple(one.inbox for one in owned),
            tuple(one.host for one in claimed if one.held is not None),
            account,
        )
