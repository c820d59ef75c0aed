"""Which hosts accounts claim, and which are theirs."""

from collections.abc import Sequence
from typing import Protocol

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.domain import Check, CustomDomain
from mailweir.ports.errors import ConflictError


class HeldError(ConflictError):
    """Another account holds the host: `account`."""

    def __init__(self, host: Host, account: AccountName) -> None:
        super().__init__(f"the domain {host} is another account's")
        self.host = host
        self.account = account


class Domains(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def claim(self, account: AccountName, host: Host, token: str, *, most: int) -> CustomDomain:
        """A claim that is still to be proved; others may have claimed the same host.

        Raises UnknownAccountError, TooManyError, and ConflictError when the account has claimed it already.
        """
        ...

    async def domains(self, account: AccountName) -> Sequence[CustomDomain]:
        """What an account claims, by host."""
        ...

    async def domain(self, account: AccountName, host: Host) -> CustomDomain | None:
        """One claim; None when the account has not claimed that host."""
        ...

    async def claims(self, host: Host) -> Sequence[CustomDomain]:
        """All claims to a host, by account."""
        ...

    async def holder(self, host: Host) -> CustomDomain | None:
        """The claim of the account that holds the host; None when nobody does."""
        ...

    async def strangers(self, account: AccountName, host: Host) -> Sequence[Inbox]:
        """The inboxes at a host that other accounts have reserved."""
        ...

    async def hold(
        self, account: AccountName, host: Host, *, instead_of: AccountName | None = None
    ) -> CustomDomain | None:
        """Makes a host the account's, from now on; None when the account has not claimed it.

        Reservations of addresses there by other accounts end, and so does what `instead_of` held. Raises
        HeldError when any other account holds it.
        """
        ...

    async def note(self, account: AccountName, host: Host, check: Check) -> CustomDomain | None:
        """Keeps what the DNS said, now. Who holds a host keeps it whatever is said."""
        ...

    async def set_private(self, account: AccountName, host: Host, *, private: bool) -> CustomDomain | None:
        """Whether all mail for the host is the holder's; None when the account has not claimed it."""
        ...

    async def drop(self, account: AccountName, host: Host) -> CustomDomain | None:
        """The claim as it was, which ends; None when there was none."""
        ...

    async def due(self, *, before: int, limit: int) -> Sequence[CustomDomain]:
        """Claims that were last checked `before` that moment or never, those first; at most `limit`."""
        ...
