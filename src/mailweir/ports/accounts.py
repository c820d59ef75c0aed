"""Who has an account, by which keys, and which addresses are whose."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

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
from mailweir.ports.errors import ConflictError


class TakenError(ConflictError):
    """An address is owned already: `inbox`, by `account`."""

    def __init__(self, inbox: Inbox, account: AccountName) -> None:
        super().__init__(f"{inbox} is taken")
        self.inbox = inbox
        self.account = account


class TooManyError(ConflictError):
    """An account would have more of something than it may; `most` says how many those are."""

    def __init__(self, most: int) -> None:
        super().__init__(f"no more than {most} are allowed")
        self.most = most


class UnknownAccountError(ConflictError):
    """There is no account of that name."""

    def __init__(self, account: AccountName) -> None:
        super().__init__(f"there is no account {account}")
        self.account = account


class Accounts(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def add(self, account: AccountName, key: NewKey | None = None) -> Account:
        """A new account, with its first key.

        Raises ConflictError when there is one of that name, or was: what an account left behind must not
        fall to another one. Also when somebody has that key.
        """
        ...

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        ...

    async def account(self, account: AccountName) -> Account | None:
        """One of them; None when there is none of that name."""
        ...

    async def set_capture(self, account: AccountName, *, private: bool) -> Account | None:
        """Whether what the account captures is saved for it from now on; None when there is none."""
        ...

    async def set_plan(self, account: AccountName, plan: PlanName) -> Account | None:
        """The account is on that plan from now on; None when there is no such account.

        Raises ConflictError when there is no such plan.
        """
        ...

    async def remove(self, account: AccountName) -> bool:
        """Removes an account, its people, keys, journal and claims; False when there was none."""
        ...

    async def add_key(self, account: AccountName, key: NewKey, *, most: int) -> Key:
        """One more key.

        Raises UnknownAccountError, TooManyError, and ConflictError when the account has a key of that name
        or anybody one of that digest.
        """
        ...

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        ...

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """The key is unknown from now on, and its sessions end; False when there was none of that name."""
        ...

    async def note_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keeps when keys were used last, by their digests; those that are unknown are passed over."""
        ...

    async def begin_session(self, digest: bytes, session: Session, *, most: int) -> None:
        """A session, by the digest of its token. When its key has `most` of them already the oldest ends.

        Raises ConflictError when the key, or the password by which it began, is unknown.
        """
        ...

    async def end_session(self, digest: bytes) -> bool:
        """The session is none from now on; False when it was none."""
        ...

    async def sessions(self, account: AccountName) -> Sequence[OpenSession]:
        """What is open by the keys and the people of an account, newest first."""
        ...

    async def end_session_of(self, account: AccountName, session: str) -> bool:
        """Ends the session of that id; False when the account has none such."""
        ...

    async def end_sessions(self, opener: bytes) -> int:
        """Ends all that were begun by the key of that digest, or by that credential; says how many."""
        ...

    async def reserve(
        self,
        account: AccountName,
        inboxes: Sequence[Inbox],
        info: str,
        *,
        most: int,
        upkeep: Upkeep = AS_ACCOUNT,
    ) -> Sequence[OwnedAddress]:
        """Gives all of these to the account, or none. An inbox that is named twice is given once.

        Raises TakenError for the first that somebody has, this account included, or whose host is another
        account's, TooManyError and UnknownAccountError.
        """
        ...

    async def describe(
        self, account: AccountName, inbox: Inbox, change: Callable[[OwnedAddress], OwnedAddress]
    ) -> OwnedAddress | None:
        """Gives an address the note and the upkeep that `change` makes of those that it has.

        None when the account does not own the address. `change` neither waits nor raises.
        """
        ...

    async def release(self, account: AccountName, inbox: Inbox) -> OwnedAddress | None:
        """The address as it was, which is nobody's from now on; None when the account did not own it."""
        ...

    async def addresses(self, account: AccountName) -> Sequence[OwnedAddress]:
        """What an account owns, by address."""
        ...

    async def address(self, inbox: Inbox) -> OwnedAddress | None:
        """What is known of one address; None when nobody owns it."""
        ...

    async def upkept(self) -> Sequence[Inbox]:
        """The addresses of all accounts that keep mail otherwise than these, by address."""
        ...
