"""Erasing an account: with all that was private to it, none of which is public at any moment.

Its mail goes first, while it is the account's still, and its claims last. So whoever is interrupted says it
again, and what is left goes then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.places import Places
from mailweir.policy import visibility
from mailweir.ports.accounts import Accounts
from mailweir.ports.domains import Domains
from mailweir.ports.mailbox import Mailbox
from mailweir.services.belongings import private_places

Told = Callable[[int], None]
"""Is told now and then how many messages went so far."""

_PAGE: Final = 500  # messages that are looked at in one go


def nobody(number: int) -> None:
    """Nobody is told."""
    del number


@dataclass(frozen=True, slots=True)
class Erasing:
    """Raises UnavailableError; what went until then is gone."""

    accounts: Accounts
    domains: Domains
    mailbox: Mailbox

    async def erase(self, account: AccountName, told: Told = nobody) -> int | None:
        """How many messages went; None when there is neither such an account nor anything left of it.

        What others have saved in its inboxes is theirs and stays. Its name is not given again.
        """
        removed = await self._clear(account, 0, told)
        begun = await self.mailbox.position()
        removed = await self._clear(account, removed, told)  # what came meanwhile: a moment's mail
        places = await private_places(self.accounts, self.domains, account)
        if not await self.accounts.remove(account) and not removed:
            return None
        removed += await self._sweep(account, places, begun)
        told(removed)
        return removed

    async def _clear(self, account: AccountName, removed: int, told: Told) -> int:
        """Removes what there is now; asks for each place whether it is the account's still."""
        places = await private_places(self.accounts, self.domains, account)
        for inbox in places.inboxes:
            if await self._owns(account, inbox):
                removed += await self.mailbox.clear(inbox, saved_by=account)
                told(removed)
        for host in places.hosts:
            if await self._holds(account, host):
                removed += await self.mailbox.clear_host(host, saved_by=account)
                told(removed)
        while gone := await self.mailbox.trim(Places(saved_by=account), keep=0):
            removed += gone
            told(removed)
        return removed

    async def _sweep(self, account: AccountName, places: Places, begun: int) -> int:
        """Removes what came between the last look and the moment in which the claims went."""
        last = await self.mailbox.position()
        removed, seq = 0, begun
        while found := await self.mailbox.walk(places, seq, limit=_PAGE):
            for one in found:
                if one.seq > last:
                    return removed
                if visibility.has(account, account, one.marks.saved_by):
                    removed += await self.mailbox.delete(one.inbox, one.id)
            seq = found[-1].seq
        return removed

    async def _owns(self, account: AccountName, inbox: Inbox) -> bool:
        found = await self.accounts.address(inbox)
        return found is not None and found.account == account

    async def _holds(self, account: AccountName, host: Host) -> bool:
        found = await self.domains.domain(account, host)
        return found is not None and found.held is not None and found.private
