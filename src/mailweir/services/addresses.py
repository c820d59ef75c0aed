"""Addresses that an account has for itself.

From its reservation on nobody else sees what is in an inbox, whenever it came; after its release everybody
does.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import AccountName, OwnedAddress
from mailweir.model.address import Inbox
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.accounts import Accounts, TakenError
from mailweir.ports.errors import UnavailableError
from mailweir.services.access import Access, RefusedError

MOST: Final = 10_000
"""Addresses of one account, until plans say something else."""


class AlreadyYoursError(Exception):
    """The account has the address already."""


class NotOwnedError(Exception):
    """The address is nobody's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account, the name of the key that speaks for it, how many more addresses it may have."""

    account: AccountName
    key_name: str
    free: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every method raises RefusedError, also for what is another account's, and UnavailableError."""

    accounts: Accounts
    access: Access

    async def list(self, reader: Reader) -> Sequence[OwnedAddress]:
        """The reader's, by address."""
        return await self.accounts.addresses(self.access.account(reader))

    async def standing(self, reader: Reader) -> Standing:
        """Who that is, by which key, and how many addresses he may reserve still."""
        account = self.access.account(reader)
        owned = await self.accounts.addresses(account)
        return Standing(account, self.access.key_name(reader), MOST - len(owned))

    async def get(self, reader: Reader, inbox: Inbox) -> OwnedAddress | None:
        """The reader's own; None for one that nobody owns."""
        account = self.access.account(reader)
        found = await self.accounts.address(inbox)
        _check_not_anothers(account, found)
        return found

    async def available(self, reader: Reader, inbox: Inbox) -> tuple[bool, bool]:
        """Whether the address can be reserved, and whether the reader has it already."""
        account = self.access.account(reader)
        found = await self.accounts.address(inbox)
        return found is None, found is not None and found.account == account

    async def reserve(
        self, reader: Reader, inboxes: Sequence[Inbox], info: str = ""
    ) -> Sequence[OwnedAddress]:
        """Gives them to the reader, all or none. Raises AlreadyYoursError and TooManyError."""
        account = self.access.account(reader)
        try:
            new = await self.accounts.reserve(account, inboxes, info, most=MOST)
        except TakenError as error:
            if error.account != account:
                raise RefusedError(Refusal.TAKEN) from error
            raise AlreadyYoursError(f"{error.inbox} is yours already.") from error
        self._learn()
        return new

    async def describe(self, reader: Reader, inbox: Inbox, info: str | None) -> OwnedAddress:
        """Another note, or the same for None. Raises NotOwnedError."""
        account = self.access.account(reader)
        found = await self.accounts.address(inbox)
        _check_not_anothers(account, found)
        changed = found if info is None else await self.accounts.describe(account, inbox, info)
        if changed is None:
            raise NotOwnedError(f"{inbox} is not yours; reserve it first.")
        return changed

    async def release(self, reader: Reader, inbox: Inbox) -> OwnedAddress:
        """The address as it was. Raises NotOwnedError."""
        account = self.access.account(reader)
        _check_not_anothers(account, await self.accounts.address(inbox))
        gone = await self.accounts.release(account, inbox)
        if gone is None:
            raise NotOwnedError(f"{inbox} is not yours.")
        self._learn()
        return gone

    def _learn(self) -> None:
        """Whoever asks this process next is answered by what holds now; without it, within a moment."""
        with suppress(UnavailableError):  # it is done all the same
            self.access.directory.refresh()


def _check_not_anothers(account: AccountName, found: OwnedAddress | None) -> None:
    if found is not None and found.account != account:
        raise RefusedError(Refusal.TAKEN)
