"""The people under accounts on SQLite, in the file of the accounts."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mailweir.adapters.sqlite import account_queries, user_queries
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import AccountName
from mailweir.model.user import Entry, Traits, User, UserName
from mailweir.ports.clock import Clock


class SqliteUsers:
    """Who is in `accounts.db` of a directory that `prepare` has been run on."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def add(self, user: User, *, most: int) -> None:
        """One more."""
        await self._changes.run(lambda c: user_queries.add(c, user, most))

    async def users(self, account: AccountName) -> Sequence[User]:
        """The people of an account."""
        found, _ = await self._changes.run(lambda c: user_queries.users(c, account))
        return found

    async def user(self, account: AccountName, name: UserName) -> User | None:
        """One of them."""
        found, _ = await self._changes.run(lambda c: user_queries.user(c, account, name))
        return found

    async def change(
        self, account: AccountName, name: UserName, changed: Callable[[Traits], Traits]
    ) -> User | None:
        """Has other traits from now on."""
        found, _ = await self._changes.run(lambda c: user_queries.change(c, account, name, changed))
        return found

    async def by_identity(self, identity: str) -> User | None:
        """Whom the OpenID provider calls so."""
        found, _ = await self._changes.run(lambda c: user_queries.by_identity(c, identity))
        return found

    async def set_password(
        self,
        account: AccountName,
        name: UserName,
        password: str,
        credential: bytes,
        *,
        former: bytes | None = None,
    ) -> User | None:
        """Another password."""
        found, _ = await self._changes.run(
            lambda c: user_queries.set_password(c, account, name, password, credential, former)
        )
        return found

    async def remove(self, account: AccountName, name: UserName) -> bool:
        """Whoever that was does not sign in any more."""
        gone, _ = await self._changes.run(lambda c: account_queries.remove_user(c, account, name))
        return gone

    async def set_totp(
        self, account: AccountName, name: UserName, secret: str | None, recovery: Sequence[bytes]
    ) -> User | None:
        """Asks for one-time codes from now on, or for none."""
        found, _ = await self._changes.run(
            lambda c: user_queries.set_totp(c, account, name, secret, recovery)
        )
        return found

    async def spend_step(self, account: AccountName, name: UserName, step: int) -> bool:
        """Whether the code of that time step was not used yet."""
        spent, _ = await self._changes.run(lambda c: user_queries.spend_step(c, account, name, step))
        return spent

    async def spend_recovery(self, account: AccountName, name: UserName, digest: bytes) -> bool:
        """Whether that is a recovery code that was not used yet."""
        spent, _ = await self._changes.run(lambda c: user_queries.spend_recovery(c, account, name, digest))
        return spent

    async def begin_reset(self, account: AccountName, name: UserName, digest: bytes, expires: int) -> bool:
        """A link to a new password."""
        begun, _ = await self._changes.run(
            lambda c: user_queries.begin_reset(c, account, name, digest, expires)
        )
        return begun

    async def reset_of(self, digest: bytes) -> User | None:
        """Whose link that is."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: user_queries.reset_of(c, digest, now))
        return found

    async def reset_password(self, digest: bytes, password: str, credential: bytes) -> User | None:
        """The same, with this password from now on."""
        now = self._clock.now()
        found, _ = await self._changes.run(
            lambda c: user_queries.reset_password(c, digest, now, password, credential)
        )
        return found

    async def note(self, account: AccountName, entry: Entry) -> None:
        """Keeps what was done."""
        await self._changes.run(lambda c: user_queries.note(c, account, entry))

    async def journal(self, account: AccountName, *, limit: int) -> Sequence[Entry]:
        """What was done, newest first."""
        found, _ = await self._changes.run(lambda c: user_queries.journal(c, account, limit))
        return found

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._changes.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()
