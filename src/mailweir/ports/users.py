"""The people under accounts, what they sign in by, and what was done to an account."""

from collections.abc import Sequence
from typing import Final, Protocol

from mailweir.model.account import AccountName
from mailweir.model.user import Entry, Traits, User, UserName

JOURNAL: Final = 1_000
"""Entries that are kept of one account: the newest."""


class Users(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def add(self, user: User, *, most: int) -> None:
        """One more.

        Raises UnknownAccountError, TooManyError, and ConflictError when the account has one of that name, or
        anybody has that identity.
        """
        ...

    async def users(self, account: AccountName) -> Sequence[User]:
        """The people of an account, by name."""
        ...

    async def user(self, account: AccountName, name: UserName) -> User | None:
        """One of them."""
        ...

    async def change(self, account: AccountName, name: UserName, traits: Traits) -> User | None:
        """Has other traits from now on; None when there is nobody of that name.

        Raises ConflictError when somebody else has that identity.
        """
        ...

    async def by_identity(self, identity: str) -> User | None:
        """Whom the OpenID provider calls so."""
        ...

    async def set_password(
        self, account: AccountName, name: UserName, password: str, credential: bytes
    ) -> User | None:
        """Another password, as it was hashed. Sessions by the former one end, and links to a new one.

        None when there is nobody of that name.
        """
        ...

    async def remove(self, account: AccountName, name: UserName) -> bool:
        """Whoever that was does not sign in any more, and his sessions end; False when there was nobody."""
        ...

    async def set_totp(
        self, account: AccountName, name: UserName, secret: str | None, recovery: Sequence[bytes]
    ) -> User | None:
        """Asks for one-time codes of that secret from now on, or for none; recovery codes by their digests.

        Former recovery codes are of no use. None when there is nobody of that name.
        """
        ...

    async def spend_step(self, account: AccountName, name: UserName, step: int) -> bool:
        """Whether the code of that time step, and of those after it, was not used yet; now it is."""
        ...

    async def spend_recovery(self, account: AccountName, name: UserName, digest: bytes) -> bool:
        """Whether that is a recovery code that was not used yet; now it is."""
        ...

    async def begin_reset(self, account: AccountName, name: UserName, digest: bytes, expires: int) -> bool:
        """A link to a new password, by the digest of its token; former ones of the same user are of no use.

        False when there is nobody of that name.
        """
        ...

    async def reset_of(self, digest: bytes) -> User | None:
        """Whose link that is, which has not expired; None for any other."""
        ...

    async def spend_reset(self, digest: bytes) -> User | None:
        """The same, for the one time that it is of use."""
        ...

    async def note(self, account: AccountName, entry: Entry) -> None:
        """Keeps what was done; of each account the newest `JOURNAL`."""
        ...

    async def journal(self, account: AccountName, *, limit: int) -> Sequence[Entry]:
        """What was done, newest first."""
        ...
