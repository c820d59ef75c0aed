"""What is kept of an account's private mail: as many messages as its plan says, the newest.

What it has saved is counted apart: an application that captures privately saves all that it sends.
"""

from dataclasses import dataclass, field
from typing import Final

from mailweir.model.account import Account
from mailweir.model.places import Places
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.domains import Domains
from mailweir.ports.mailbox import Mailbox

EVERY: Final = 60.0
"""Seconds after which each account is looked at again: that costs as much as it may keep."""

_AT_ONCE: Final = 20  # accounts of a round


@dataclass(slots=True)
class Keeping:
    """Goes round over all accounts, some of them at a time, and once a minute at the most."""

    accounts: Accounts
    domains: Domains
    mailbox: Mailbox
    directory: Directory
    clock: Clock
    _left: list[Account] = field(default_factory=list[Account])
    _begun: float = float("-inf")

    async def round(self) -> int:
        """Looks at the next accounts, and says how many messages went. Raises UnavailableError."""
        now = self.clock.monotonic()
        if not self._left and now - self._begun >= EVERY:
            self._left, self._begun = list(await self.accounts.accounts()), now
        removed = 0
        for _ in range(min(_AT_ONCE, len(self._left))):
            removed += await self._trim(self._left.pop())
        return removed

    async def _trim(self, account: Account) -> int:
        keep = self.directory.plan_of(account.name).messages
        if not keep:
            return 0
        owned = await self.accounts.addresses(account.name)
        claimed = await self.domains.domains(account.name)
        private = tuple(one.host for one in claimed if one.held is not None and one.private)
        places = Places(tuple(one.inbox for one in owned), private)
        removed = 0
        for each in (places, Places(saved_by=account.name)):
            while gone := await self.mailbox.trim(each, keep=keep):
                removed += gone
        return removed
