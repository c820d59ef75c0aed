"""Accounts on SQLite: a file of its own, which is small and seldom written."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from mailweir.adapters.sqlite import account_queries, session_queries
from mailweir.adapters.sqlite.connection import File, open_file, translated
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import (
    AS_ACCOUNT,
    Account,
    AccountName,
    Key,
    NewKey,
    OpenSession,
    OwnedAddress,
    Session,
    Upkeep,
)
from mailweir.model.address import Inbox
from mailweir.model.plan import PlanName
from mailweir.ports.clock import Clock

T = TypeVar("T")


def number_of_accounts(directory: Path) -> int:
    """How many accounts the store there has, without touching it; none where there is no store yet.

    Raises UnavailableError.
    """
    if not (directory / File.ACCOUNTS.database).is_file():
        return 0
    with translated():
        connection = open_file(directory, File.ACCOUNTS)
        try:
            return account_queries.number(connection)
        finally:
            connection.close(force=True)


class SqliteAccounts:
    """The accounts in `accounts.db` of a directory that `prepare` has been run on.

    Everything goes through one thread, reading as well: nobody waits for it who reads mail.
    """

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def add(self, account: AccountName, key: NewKey | None = None) -> Account:
        """A new account, with its first key."""
        new = Account(account, self._clock.now())
        await self._changes.run(lambda c: account_queries.add(c, new, key))
        return new

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        found, _ = await self._changes.run(account_queries.accounts)
        return found

    async def account(self, account: AccountName) -> Account | None:
        """One of them."""
        found, _ = await self._changes.run(lambda c: account_queries.account(c, account))
        return found

    async def set_capture(self, account: AccountName, *, private: bool) -> Account | None:
        """Whether what the account captures is saved for it."""
        found, _ = await self._changes.run(lambda c: account_queries.set_capture(c, account, private=private))
        return found

    async def set_plan(self, account: AccountName, plan: PlanName) -> Account | None:
        """The account is on that plan from now on."""
        found, _ = await self._changes.run(lambda c: account_queries.set_plan(c, account, plan))
        return found

    async def remove(self, account: AccountName) -> bool:
        """Removes an account, its keys and its claims."""
        removed, _ = await self._changes.run(lambda c: account_queries.remove(c, account))
        return removed

    async def add_key(self, account: AccountName, key: NewKey, *, most: int) -> Key:
        """One more key."""
        new = Key(account, key.name, key.hint, self._clock.now(), key.scope)
        await self._changes.run(lambda c: account_queries.add_key(c, new, key.digest, most))
        return new

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        found, _ = await self._changes.run(lambda c: account_queries.keys(c, account))
        return found

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """The key is unknown from now on."""
        removed, _ = await self._changes.run(lambda c: account_queries.remove_key(c, account, name))
        return removed

    async def note_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keeps when keys were used last."""
        await self._changes.run(lambda c: account_queries.note_uses(c, uses))

    async def begin_session(self, digest: bytes, session: Session, *, most: int) -> None:
        """A session."""
        now = self._clock.now()
        await self._changes.run(lambda c: session_queries.begin(c, digest, session, now, most))

    async def end_session(self, digest: bytes) -> bool:
        """The session is none from now on."""
        ended, _ = await self._changes.run(lambda c: session_queries.end(c, digest))
        return ended

    async def sessions(self, account: AccountName) -> Sequence[OpenSession]:
        """The sessions of an account."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: session_queries.of_account(c, account, now))
        return found

    async def end_session_of(self, account: AccountName, session: str) -> bool:
        """Ends one of an account's."""
        ended, _ = await self._changes.run(lambda c: session_queries.end_one(c, account, session))
        return ended

    async def end_sessions(self, opener: bytes) -> int:
        """Ends all that were begun by a key or a password."""
        ended, _ = await self._changes.run(lambda c: account_queries.end_sessions(c, opener))
        return ended

    async def reserve(
        self,
        account: AccountName,
        inboxes: Sequence[Inbox],
        info: str,
        *,
        most: int,
        upkeep: Upkeep = AS_ACCOUNT,
    ) -> Sequence[OwnedAddress]:
        """Gives all of these to the account, or none."""
        now = self._clock.now()
        new = [OwnedAddress(inbox, account, info, now, now, upkeep) for inbox in dict.fromkeys(inboxes)]
        await self._changes.run(lambda c: account_queries.reserve(c, account, new, most))
        return new

    async def describe(
        self, account: AccountName, inbox: Inbox, change: Callable[[OwnedAddress], OwnedAddress]
    ) -> OwnedAddress | None:
        """Another note and upkeep."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: account_queries.describe(c, account, inbox, change, now))
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

    async def upkept(self) -> Sequence[Inbox]:
        """The addresses that keep mail otherwise than their accounts, by address."""
        found, _ = await self._changes.run(account_queries.upkept)
        return found

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._changes.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()
