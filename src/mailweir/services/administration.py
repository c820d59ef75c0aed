"""What the operator does with accounts and their keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import Account, AccountName, Key, NewKey, key_hash, key_hint
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Keys
from mailweir.ports.mailbox import Mailbox

KEYS: Final = 100
"""Keys of one account."""

FIRST: Final = "first"
"""What the key is called that comes with an account."""


@dataclass(frozen=True, slots=True)
class Administration:
    """Every method raises UnavailableError."""

    accounts: Accounts
    mailbox: Mailbox
    secrets: Keys

    async def add_account(self, account: AccountName, key: str = "") -> str:
        """A new account, and the key that speaks for it: shown once. Raises ConflictError."""
        made = key or self.secrets.key()
        await self.accounts.add(account, NewKey(FIRST, key_hash(made), key_hint(made)))
        return made

    async def add_key(self, account: AccountName, name: str) -> str:
        """One more key, shown once. Raises UnknownAccountError, TooManyError and ConflictError."""
        made = self.secrets.key()
        await self.accounts.add_key(account, NewKey(name, key_hash(made), key_hint(made)), most=KEYS)
        return made

    async def list_accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        return await self.accounts.accounts()

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        return await self.accounts.keys(account)

    async def remove_account(self, account: AccountName) -> bool:
        """Its keys open nothing from now on, its addresses are public, and so is what it had starred.

        False when there was none. Said again it does what was left to do.
        """
        removed = await self.accounts.remove(account)
        return bool(await self.mailbox.forsake(account)) or removed

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """It opens nothing from now on; False when there was none."""
        return await self.accounts.remove_key(account, name)
