"""Claims to hosts on SQLite, in the file of the accounts."""

from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite import domain_queries
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.domain import Check, CustomDomain
from mailweir.ports.clock import Clock


class SqliteDomains:
    """The claims in `accounts.db` of a directory that `prepare` has been run on; all through one thread."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._clock = clock
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def claim(self, account: AccountName, host: Host, token: str, *, most: int) -> CustomDomain:
        """A claim that is still to be proved."""
        now = self._clock.now()
        new = CustomDomain(host, account, token, created=now, updated=now)
        await self._changes.run(lambda c: domain_queries.claim(c, new, most))
        return new

    async def domains(self, account: AccountName) -> Sequence[CustomDomain]:
        """What an account claims, by host."""
        found, _ = await self._changes.run(lambda c: domain_queries.domains(c, account))
        return found

    async def domain(self, account: AccountName, host: Host) -> CustomDomain | None:
        """One claim."""
        found, _ = await self._changes.run(lambda c: domain_queries.domain(c, account, host))
        return found

    async def claims(self, host: Host) -> Sequence[CustomDomain]:
        """All claims to a host, by account."""
        found, _ = await self._changes.run(lambda c: domain_queries.claims(c, host))
        return found

    async def holder(self, host: Host) -> CustomDomain | None:
        """The claim of the account that holds the host."""
        found, _ = await self._changes.run(lambda c: domain_queries.holder(c, host))
        return found

    async def strangers(self, account: AccountName, host: Host) -> Sequence[Inbox]:
        """The inboxes at a host that other accounts have reserved."""
        found, _ = await self._changes.run(lambda c: domain_queries.strangers(c, account, host))
        return [inbox for inbox, _ in found]

    async def hold(
        self, account: AccountName, host: Host, *, instead_of: AccountName | None = None
    ) -> CustomDomain | None:
        """Makes a host the account's."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: domain_queries.hold(c, account, host, instead_of, now))
        return found

    async def note(self, account: AccountName, host: Host, check: Check) -> CustomDomain | None:
        """Keeps what the DNS said."""
        now = self._clock.now()
        found, _ = await self._changes.run(lambda c: domain_queries.note(c, account, host, check, now))
        return found

    async def set_private(self, account: AccountName, host: Host, *, private: bool) -> CustomDomain | None:
        """Whether all mail for the host is the holder's."""
        now = self._clock.now()
        found, _ = await self._changes.run(
            lambda c: domain_queries.set_private(c, account, host, now, private=private)
        )
        return found

    async def drop(self, account: AccountName, host: Host) -> CustomDomain | None:
        """The claim as it was, which ends."""
        found, _ = await self._changes.run(lambda c: domain_queries.drop(c, account, host))
        return found

    async def due(self, *, before: int, limit: int) -> Sequence[CustomDomain]:
        """Claims that were last checked before that moment, or never."""
        found, _ = await self._changes.run(lambda c: domain_queries.due(c, before, limit))
        return found

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._changes.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()
