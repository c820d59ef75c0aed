"""Claims to hosts in memory. Each method finishes without waiting: one transaction."""

from collections.abc import Sequence

from msgspec.structs import replace

from mailweir.adapters.memory.registry import Registry
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.domain import Check, CustomDomain
from mailweir.ports.accounts import TooManyError
from mailweir.ports.clock import Clock
from mailweir.ports.domains import HeldError
from mailweir.ports.errors import ConflictError


class MemoryDomains:
    """The claims in a registry."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    async def claim(self, account: AccountName, host: Host, token: str, *, most: int) -> CustomDomain:
        """A claim that is still to be proved."""
        self._registry.require(account)
        if (host, account) in self._registry.domains:
            raise ConflictError(f"the domain {host} is claimed already")
        if len(await self.domains(account)) >= most:
            raise TooManyError(most)
        now = self._clock.now()
        return self._put(CustomDomain(host, account, token, created=now, updated=now))

    async def domains(self, account: AccountName) -> Sequence[CustomDomain]:
        """What an account claims, by host."""
        own = (one for one in self._registry.domains.values() if one.account == account)
        return sorted(own, key=lambda one: one.host)

    async def domain(self, account: AccountName, host: Host) -> CustomDomain | None:
        """One claim."""
        return self._registry.domains.get((host, account))

    async def claims(self, host: Host) -> Sequence[CustomDomain]:
        """All claims to a host, by account."""
        claims = (one for one in self._registry.domains.values() if one.host == host)
        return sorted(claims, key=lambda one: one.account)

    async def holder(self, host: Host) -> CustomDomain | None:
        """The claim of the account that holds the host."""
        return self._registry.holder(host)

    async def strangers(self, account: AccountName, host: Host) -> Sequence[Inbox]:
        """The inboxes at a host that other accounts have reserved."""
        addresses = self._registry.addresses.items()
        return [at for at, one in addresses if host_of(at) == host and one.account != account]

    async def hold(
        self, account: AccountName, host: Host, *, instead_of: AccountName | None = None
    ) -> CustomDomain | None:
        """Makes a host the account's."""
        found = await self.domain(account, host)
        if found is None or found.held is not None:
            return found
        now = self._clock.now()
        before = self._registry.holder(host)
        if before is not None:
            if before.account != instead_of:
                raise HeldError(host, before.account)
            self._put(replace(before, held=None, updated=now))
        for inbox in await self.strangers(account, host):
            del self._registry.addresses[inbox]
        return self._put(replace(found, held=now, updated=now))

    async def note(self, account: AccountName, host: Host, check: Check) -> CustomDomain | None:
        """Keeps what the DNS said."""
        found = await self.domain(account, host)
        if found is None:
            return None
        now = self._clock.now()
        return self._put(replace(found, receives=check.receives, errors=check.errors, checked=now))

    async def set_private(self, account: AccountName, host: Host, *, private: bool) -> CustomDomain | None:
        """Whether all mail for the host is the holder's."""
        found = await self.domain(account, host)
        if found is None or found.private == private:
            return found
        return self._put(replace(found, private=private, updated=self._clock.now()))

    async def drop(self, account: AccountName, host: Host) -> CustomDomain | None:
        """The claim as it was, which ends."""
        return self._registry.domains.pop((host, account), None)

    async def due(self, *, before: int, limit: int) -> Sequence[CustomDomain]:
        """Claims that were last checked before that moment, or never."""
        old = (one for one in self._registry.domains.values() if (one.checked or 0) < before)
        return sorted(old, key=lambda one: one.checked or 0)[:limit]

    async def close(self) -> None:
        """Nothing runs between two calls."""

    def _put(self, one: CustomDomain) -> CustomDomain:
        self._registry.domains[one.host, one.account] = one
        return one
