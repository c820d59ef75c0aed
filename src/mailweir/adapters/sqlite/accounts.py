"""Accounts on SQLite: a file of its own, which is small and seldom written."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from mailweir.adapters.sqlite import account_queries
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import Account, AccountName, Key, OwnedAddress
from mailweir.model.address import Inbox
from mailweir.ports.clock import Clock

T = TypeVar("T")


class SqliteAccounts:
    """The accounts in `accounts.db` of a directory that `prepare` has been run on.

    Everything goes through one thread, reading as well: nobody waits for it who reads mail.
    """

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def add(self, account: AccountName) -> Account:
        """A new account."""
        new = Account(account, self._clock.now())
        await self._changes.run(lambda c: account_queries.add(c, new))
        return new

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        found, _ = await self._changes.run(account_queries.accounts)
        return found

    async def remove(self, account: AccountName) -> bool:
        """Removes an account, its keys and its claims."""
        removed, _ = await self._changes.run(lambda c: account_queries.remove(c, account))
        return removed

    async def add_key(self, account: AccountName, name: str, digest: bytes, hint: str, *, most: int) -> Key:
        """A key, of which only `digest` is kept."""
        key = Key(account, name, hint, self._clock.now())
        await self._changes.run(lambda c: account_queries.add_key(c, key, digest, most))
        return key

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        found, _ = await self._changes.run(lambda c: account_queries.keys(c, account))
        return found

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """The key is unknown from now on."""
        removed, _ = await self._changes.run(lambda c: account_queries.remove_key(c, account, name))
        return removed

    async def reserve(
        self, account: AccountName, inboxes: Sequence[Inbox], info: str, *, most: int
    ) -> Sequence[OwnedAddress]:
        """Gives all of these to the account, or none."""
        now = self._clock.now()
        new = [OwnedAddress(inbox, account, info, now, now) for inbox in dict.fromkeys(inboxes)]
        await self._changes.run(lambda c: account_queries.reserve(c, account, new, most))
        return new

    async def describe(self, account: AccountName, inbox: Inbox, info: str) -> OwnedAddress | None:
        """Another note."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: account_queries.describe(c, account, inbox, info, now))
        return found

    async def release(self, account: AccountName, inbox: Inbox) -> OwnedAddress | None:
        """The address as it was, which is nobody's from now on."""
        found, _ = await self._changes.run(lambda c: account_queries.release(c, account, inbox))
        return found

    async def addresses(self, account: AccountName) -> Sequence[OwnedAddress]:
        """What an account owns, by address."""
        found, _ = await self._changes.run(lambda c: account_queries.addresses(c, account))
        return found

    async def address(self, inbox: Inbox) -> OwnedAddress | None:
        """What is known of one address."""
        found, _ = await self._changes.run(lambda c: account_queries.address(c, inbox))
        return found

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()
