"""Addresses that an account has for itself.

From its reservation on nobody else sees what is in an inbox, whenever it came; after its release everybody
does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailweir.model.account import AS_ACCOUNT, AccountName, OwnedAddress, Upkeep
from mailweir.model.address import Host, Inbox, catch_all, caught_host, host_of
from mailweir.model.plan import MOST_ADDRESSES, Plan
from mailweir.policy.alternates import Alternates
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.accounts import Accounts, TakenError
from mailweir.services.access import Access, RefusedError
from mailweir.services.learning import learn


class AlreadyYoursError(Exception):
    """The account has the address already."""


class NotOwnedError(Exception):
    """The address is nobody's."""


class NoUpkeepError(Exception):
    """The address cannot keep mail in a way of its own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account, the name of the key that speaks for it, how many more addresses it may have.

    `captures_private`: what it captures is saved for it.
    """

    account: AccountName
    key_name: str
    free: int
    plan: Plan
    captures_private: bool


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every method raises RefusedError, also for what is another account's, and UnavailableError."""

    accounts: Accounts
    access: Access
    alternates: Alternates

    async def list(self, reader: Reader) -> Sequence[OwnedAddress]:
        """The reader's, by address."""
        return await self.accounts.addresses(self.access.account(reader))

    async def standing(self, reader: Reader) -> Standing:
        """Who that is, by which key, and how many addresses he may reserve still."""
        account = self.access.signed_in(reader)
        owned = await self.accounts.addresses(account)
        directory = self.access.directory
        return Standing(
            account,
            self.access.key_name(reader),
            max(self._most(account) - len(owned), 0),
            directory.plan_of(account),
            directory.captures_private(account),
        )

    async def get(self, reader: Reader, inbox: Inbox) -> OwnedAddress | None:
        """The reader's own; None for one that nobody has reserved."""
        account = self.access.account_at(reader, inbox)
        found = await self.accounts.address(inbox)
        self._check_not_anothers(account, inbox, found)
        return found

    def implied(self, reader: Reader, inbox: Inbox) -> AccountName | None:
        """The reader's account if it holds the host of an address, which it need not reserve then."""
        account = self.access.account_at(reader, inbox)
        return account if self.access.directory.holder_of(host_of(inbox)) == account else None

    async def catch_all(self, reader: Reader, host: Host) -> OwnedAddress | None:
        """The reader's address that stands for all at a host of his; None when he has none."""
        account = self.access.account_at_host(reader, host)
        found = await self.accounts.address(catch_all(host))
        return found if found and found.account == account and self.caught_by(found) else None

    def caught_by(self, owned: OwnedAddress) -> Host | None:
        """The host for which an address stands, which its owner holds; None for any other address."""
        host = caught_host(owned.inbox)
        held = host is not None and self.access.directory.holder_of(host) == owned.account
        return host if held else None

    async def available(self, reader: Reader, inbox: Inbox) -> tuple[bool, bool]:
        """Whether the address can be reserved, and whether the reader has it already."""
        account = self.access.account_at(reader, inbox)
        found = await self.accounts.address(inbox)
        holder = self.access.directory.holder_of(host_of(inbox))
        lent = self.access.directory.run_of(inbox) is not None
        free = not lent and (holder == account or (holder is None and caught_host(inbox) is None))
        return found is None and free, found is not None and found.account == account

    async def reserve(
        self, reader: Reader, inboxes: Sequence[Inbox], info: str = "", upkeep: Upkeep = AS_ACCOUNT
    ) -> Sequence[OwnedAddress]:
        """Gives them to the reader, all or none; a host's catch-all only to the host's holder.

        Raises AlreadyYoursError, TooManyError and NoUpkeepError.
        """
        account = self.access.account_at(reader, *inboxes, changes=True)
        for inbox in inboxes:
            self._check_catch_all(reader, account, inbox)
            self._check_no_run(inbox)
            _check_upkeep(inbox, upkeep)
        try:
            most = self._most(account)
            new = await self.accounts.reserve(account, inboxes, info, most=most, upkeep=upkeep)
        except TakenError as error:
            if error.account != account:
                raise RefusedError(Refusal.TAKEN) from error
            raise AlreadyYoursError(f"{error.inbox} is yours already.") from error
        learn(self.access.directory)
        return new

    async def describe(
        self, reader: Reader, inbox: Inbox, change: Callable[[OwnedAddress], OwnedAddress] | None
    ) -> OwnedAddress:
        """Another note and upkeep, or the same for None. Raises NotOwnedError and NoUpkeepError."""
        account = self.access.account_at(reader, inbox, changes=True)
        found = await self.accounts.address(inbox)
        self._check_not_anothers(account, inbox, found)
        if change is not None and found is not None:
            _check_upkeep(inbox, change(found).upkeep)
        changed = found if change is None else await self.accounts.describe(account, inbox, change)
        if changed is None:
            raise NotOwnedError(f"{inbox} is not yours; reserve it first.")
        return changed

    async def release(self, reader: Reader, inbox: Inbox) -> OwnedAddress:
        """The address as it was. Raises NotOwnedError."""
        account = self.access.account_at(reader, inbox, changes=True)
        self._check_not_anothers(account, inbox, await self.accounts.address(inbox))
        gone = await self.accounts.release(account, inbox)
        if gone is None:
            raise NotOwnedError(f"{inbox} is not yours.")
        learn(self.access.directory)
        return gone

    def _most(self, account: AccountName) -> int:
        return min(self.access.directory.plan_of(account).addresses, MOST_ADDRESSES)

    def _check_catch_all(self, reader: Reader, account: AccountName, inbox: Inbox) -> None:
        host = caught_host(inbox)
        if host is not None:
            self._check_not_anothers(account, inbox, None)
            self.access.domain(reader, host)

    def _check_no_run(self, inbox: Inbox) -> None:
        """An address of a run goes with it, and so nobody has it for himself, nor whoever has the run."""
        if self.access.directory.run_of(inbox) is not None:
            raise RefusedError(Refusal.TAKEN)

    def _check_not_anothers(self, account: AccountName, inbox: Inbox, found: OwnedAddress | None) -> None:
        owner = self.access.directory.owner_of(inbox) if found is None else found.account
        if owner not in {None, account}:
            raise RefusedError(Refusal.TAKEN)


def _check_upkeep(inbox: Inbox, upkeep: Upkeep) -> None:
    """What a catch-all stands for lies in many inboxes, which keep mail as their account does."""
    if upkeep != AS_ACCOUNT and caught_host(inbox) is not None:
        raise NoUpkeepError(f"keepDays and keepMessages are for single addresses, and {inbox} is none.")
