"""What is kept of an account's private mail: as many messages as its plan says, the newest.

What it has saved is counted apart: an application that captures privately saves all that it sends. An
address may keep less than that, by age or by number.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from mailweir.model.account import Account
from mailweir.model.address import Inbox
from mailweir.model.places import Places
from mailweir.policy.retention import Retention
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.domains import Domains
from mailweir.ports.mailbox import Mailbox
from mailweir.services.belongings import private_places

EVERY: Final = 60.0
"""Seconds after which each account is looked at again: that costs as much as it may keep."""

_AT_ONCE: Final = 20  # accounts of a round
_ADDRESSES: Final = 100  # of a round; one where nothing goes takes under a millisecond
_MESSAGES: Final = 1000  # of them, after which the next round goes on: a tenth of a second


@dataclass(slots=True)
class Keeping:
    """Goes round over all accounts, some of them at a time, and once a minute at the most.

    So it does over the addresses that keep mail in a way of their own. One where there was something to
    remove is looked at again in the next round, until there is no more.
    """

    accounts: Accounts
    domains: Domains
    mailbox: Mailbox
    directory: Directory
    clock: Clock
    _left: list[Account] = field(default_factory=list[Account])
    _upkept: deque[Inbox] = field(default_factory=deque[Inbox])
    _begun: float = float("-inf")
    _listed: float = float("-inf")

    async def round(self) -> int:
        """Looks at the next accounts and addresses, and says how many messages went.

        Raises UnavailableError.
        """
        now = self.clock.monotonic()
        if not self._left and now - self._begun >= EVERY:
            self._left, self._begun = list(await self.accounts.accounts()), now
        removed = 0
        for _ in range(min(_AT_ONCE, len(self._left))):
            removed += await self._trim(self._left.pop())
        return removed + await self._prune_next(now)

    async def _trim(self, account: Account) -> int:
        keep = self.directory.plan_of(account.name).messages
        if not keep:
            return 0
        places = await private_places(self.accounts, self.domains, account.name)
        removed = 0
        for each in (replace(places, saved_by=None), Places(saved_by=account.name)):
            while gone := await self.mailbox.trim(each, keep=keep):
                removed += gone
        return removed

    async def _prune_next(self, now: float) -> int:
        if now - self._listed >= EVERY:  # those that are waiting go first, so that none waits for ever
            waiting = dict.fromkeys((*self._upkept, *await self.accounts.upkept()))
            self._upkept, self._listed = deque(waiting), now
        removed = 0
        for _ in range(min(_ADDRESSES, len(self._upkept))):
            if removed >= _MESSAGES:
                break
            inbox = self._upkept.popleft()
            if gone := await self._prune(inbox):
                self._upkept.append(inbox)
                removed += gone
        return removed

    async def _prune(self, inbox: Inbox) -> int:
        """By what holds now: its owner may have changed his mind since it was listed."""
        owned = await self.accounts.address(inbox)
        if owned is None:
            return 0
        upkeep = Retention(owned.upkeep.days or 0, owned.upkeep.messages or 0)
        before = upkeep.cutoff(self.clock.now())
        if not before and not upkeep.messages:
            return 0
        return await self.mailbox.prune(inbox, before=before, keep=upkeep.messages)
