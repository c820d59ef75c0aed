"""The people under accounts, what they sign in by, and what was done to an account."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from mailweir.model.account import AccountName
from mailweir.model.user import Entry, Traits, User, UserName

JOURNAL: Final = 5_000
"""Entries that are kept of one account: the newest."""

BY_ACTOR: Final = 500
"""The same of one actor, so that nobody pushes out what others have done."""


RESETS: Final = 10
"""Links to a new password that one user has at once."""


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

    async def change(
        self, account: AccountName, name: UserName, changed: Callable[[Traits], Traits]
    ) -> User | None:
        """Has other traits from now on, made of those that he has; None when there is nobody of that name.

        Raises ConflictError when somebody else has that identity.
        """
        ...

    async def by_identity(self, identity: str) -> User | None:
        """Whom the OpenID provider calls so."""
        ...

    async def set_password(
        self,
        account: AccountName,
        name: UserName,
        password: str,
        credential: bytes,
        *,
        former: bytes | None = None,
    ) -> User | None:
        """Another password, as it was hashed. Sessions by the former one end, and links to a new one.

        None when there is nobody of that name, or when his credential is not `former` any more.
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
        """A link to a new password, by the digest of its token; of one user the newest `RESETS` are of use.

        False when there is nobody of that name.
        """
        ...

    async def reset_of(self, digest: bytes) -> User | None:
        """Whose link that is, which has not expired; None for any other."""
        ...

    async def reset_password(self, digest: bytes, password: str, credential: bytes) -> User | None:
        """Has whoever's link that is have this password, as `set_password`; None as above."""
        ...

    async def note(self, account: AccountName, entry: Entry) -> None:
        """Keeps what was done; the newest `JOURNAL` of an account, `BY_ACTOR` of an actor."""
        ...

    async def journal(self, account: AccountName, *, limit: int) -> Sequence[Entry]:
        """What was done, newest first."""
        ...
