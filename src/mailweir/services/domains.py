"""Hosts of an account's own: claimed, proved by the DNS, and from then on all theirs.

What is said of a host here holds for that name alone, not for those below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mailweir.model.account import AccountName
from mailweir.model.address import Host
from mailweir.model.domain import CustomDomain
from mailweir.model.plan import MOST_DOMAINS
from mailweir.policy.hosting import Hosting, Kind
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports import domains as port
from mailweir.ports.clock import Keys
from mailweir.ports.domains import HeldError
from mailweir.ports.errors import ConflictError
from mailweir.ports.mailbox import Mailbox
from mailweir.services.access import Access, RefusedError
from mailweir.services.learning import learn
from mailweir.services.proving import Proving

AGAIN: Final = 5_000
"""Milliseconds for which the DNS is not asked again about one claim."""


class NotClaimableError(Exception):
    """The host cannot be an account's; the text says why."""


class AlreadyClaimedError(Exception):
    """The account has claimed the host already."""


class NotEmptyError(Exception):
    """What would become public is still there; the text says how to go on."""


@dataclass(frozen=True, slots=True)
class Domains:
    """Every method raises RefusedError and UnavailableError, and gives None for what is not claimed."""

    domains: port.Domains
    mailbox: Mailbox
    access: Access
    proving: Proving
    secrets: Keys
    _asking: set[tuple[AccountName, Host]] = field(default_factory=set[tuple[AccountName, Host]])

    @property
    def hosting(self) -> Hosting:
        """Which hosts can be claimed, and where their mail should go."""
        return self.proving.hosting

    async def list(self, reader: Reader) -> Sequence[CustomDomain]:
        """The reader's, by host."""
        return await self.domains.domains(self.access.account(reader))

    async def number(self, account: AccountName) -> int:
        """How many hosts an account has claimed."""
        return len(await self.domains.domains(account))

    async def get(self, reader: Reader, host: Host) -> CustomDomain | None:
        """One of the reader's."""
        return await self.domains.domain(self.access.account_at_host(reader, host), host)

    async def claim(self, reader: Reader, host: Host) -> CustomDomain:
        """Claims a host; one directly below a base domain is the reader's at once.

        Raises NotClaimableError, AlreadyClaimedError and TooManyError.
        """
        account = self.access.manager_at_host(reader, host)
        kind = self.hosting.kind(host)
        if kind is Kind.OURS:
            raise NotClaimableError(f"{host} is this service's own; names directly below it can be claimed.")
        if kind is Kind.HOSTED:
            holder = await self.domains.holder(host)
            held = holder is not None and holder.account != account
            if held or await self.domains.strangers(account, host):
                raise RefusedError(Refusal.DOMAIN_TAKEN)
        most = min(self.access.directory.plan_of(account).domains, MOST_DOMAINS)
        try:
            new = await self.domains.claim(account, host, self.secrets.token(), most=most)
        except ConflictError as error:
            if await self.domains.domain(account, host) is None:
                raise  # too many, or no such account
            raise AlreadyClaimedError(f"{host} is claimed by your account already.") from error
        return await self._held(account, new) if kind is Kind.HOSTED else new

    async def check(self, reader: Reader, host: Host) -> CustomDomain | None:
        """Asks the DNS, and makes the host the reader's if that is proved; not twice in a moment."""
        account = self.access.manager_at_host(reader, host)
        claim = await self.domains.domain(account, host)
        now = self.proving.clock.now()
        if claim is None or (claim.checked is not None and now - claim.checked < AGAIN):
            return claim
        if self.hosting.kind(host) is Kind.HOSTED or (account, host) in self._asking:
            return claim
        self._asking.add((account, host))
        try:
            checked = await self.proving.check(claim)
        finally:
            self._asking.discard((account, host))
        learn(self.access.directory)
        return checked

    async def set_private(self, reader: Reader, host: Host, *, private: bool) -> CustomDomain | None:
        """Whether all mail for the host is the account's, or everybody's."""
        account = self.access.manager_at_host(reader, host)
        changed = await self.domains.set_private(account, host, private=private)
        learn(self.access.directory)
        return changed

    async def drop(self, reader: Reader, host: Host, *, with_mail: bool) -> CustomDomain | None:
        """Gives the host back. Raises NotEmptyError when its mail would become public."""
        account = self.access.manager_at_host(reader, host)
        claim = await self.domains.domain(account, host)
        if claim is not None and claim.held is not None and claim.private:
            if with_mail:
                await self.mailbox.clear_host(host, saved_by=account)
            elif count := await self.mailbox.count_host(host, viewer=account):
                raise NotEmptyError(
                    f"{host} has mail ({count:,}), which would become public: make the domain public first, "
                    "or add ?deleteDomainMessages=true."
                )
        dropped = await self.domains.drop(account, host)
        learn(self.access.directory)
        return dropped

    async def count(self, reader: Reader, host: Host) -> int:
        """How many messages there are at a host, of those that the reader sees; none before it is his."""
        account = self.access.account_at_host(reader, host)
        if self.access.directory.holder_of(host) != account:
            return 0
        return await self.mailbox.count_host(host, viewer=account)

    async def clear(self, reader: Reader, host: Host) -> int | None:
        """Removes all mail at a host of the reader's but what was saved; says how many messages went."""
        account = self.access.account_at_host(reader, host, changes=True)
        if self.access.directory.holder_of(host) != account:
            return None
        return await self.mailbox.clear_host(host)

    async def _held(self, account: AccountName, new: CustomDomain) -> CustomDomain:
        try:
            held = await self.domains.hold(account, new.host)
        except HeldError as error:  # somebody was quicker
            await self.domains.drop(account, new.host)
            raise RefusedError(Refusal.DOMAIN_TAKEN) from error
        learn(self.access.directory)
        return held or new
