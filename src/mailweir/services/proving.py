"""Finds out from the DNS whose a claimed host is, when somebody asks and from time to time.

Who holds a host keeps it while the DNS is silent or his record is gone: only another account's proof takes
it from him, since what was private must not become public by itself. What was private to others at that
host goes first, so that the new holder does not see it.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from mailweir.model.domain import Check, CustomDomain
from mailweir.policy.hosting import Hosting, Kind
from mailweir.ports.clock import Clock
from mailweir.ports.domains import Domains
from mailweir.ports.errors import ConflictError, UnavailableError
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.resolver import Resolver

EVERY: Final = 6 * 3600 * 1000
"""Milliseconds between two checks of one claim that nobody asks for."""

_ROUND: Final = 60.0  # seconds
_AT_ONCE: Final = 20  # claims of a round
_SILENT: Final = "The DNS gave no answer; please try again in a minute."
_TWO_OWNERS: Final = "The DNS proves it for two accounts; remove the TXT record that is not yours."


@dataclass(frozen=True, slots=True)
class Proving:
    """Every method raises UnavailableError when the store is away; the DNS may be."""

    domains: Domains
    mailbox: Mailbox
    resolver: Resolver
    hosting: Hosting
    clock: Clock

    async def ask(self, claim: CustomDomain) -> Check:
        """What the DNS says of a claim now."""
        try:
            texts, mail_hosts = await asyncio.gather(
                self.resolver.texts(claim.host), self.resolver.mail_hosts(claim.host)
            )
        except UnavailableError:
            return Check(None, claim.receives, _SILENT)
        check = self.hosting.judge(claim.host, claim.token, texts, mail_hosts)
        holder = await self.domains.holder(claim.host) if check.proven else None
        if holder is None or holder.account == claim.account:
            return check
        other = self.hosting.judge(claim.host, holder.token, texts, mail_hosts)
        return Check(proven=False, receives=check.receives, errors=_TWO_OWNERS) if other.proven else check

    async def check(self, claim: CustomDomain) -> CustomDomain | None:
        """Asks, and makes the host the account's if that is proved; the claim as it is then."""
        check = await self.ask(claim)
        if check.proven:
            before = await self.domains.holder(claim.host)
            former = None if before is None or before.account == claim.account else before.account
            if former is not None:
                await self.mailbox.clear_host(claim.host)
            for inbox in await self.domains.strangers(claim.account, claim.host):
                await self.mailbox.clear(inbox)
            await self.domains.hold(claim.account, claim.host, instead_of=former)
        return await self.domains.note(claim.account, claim.host, check)

    async def run(self) -> None:
        """Checks what is due, round after round, until it is cancelled."""
        while True:
            try:
                before = self.clock.now() - EVERY
                for claim in await self.domains.due(before=before, limit=_AT_ONCE):
                    await self._checked(claim)
            except UnavailableError:
                pass  # the next round finds them as well
            await asyncio.sleep(_ROUND)

    async def _checked(self, claim: CustomDomain) -> None:
        if self.hosting.kind(claim.host) is Kind.HOSTED:
            await self.domains.note(claim.account, claim.host, Check(proven=True, receives=True))
            return
        try:
            await self.check(claim)
        except ConflictError:
            await self.domains.note(claim.account, claim.host, Check(proven=False, receives=claim.receives))
