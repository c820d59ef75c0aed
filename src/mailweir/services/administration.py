"""What the operator does with accounts, their keys and their domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import Account, AccountName, NewKey, key_hash, key_hint
from mailweir.model.address import Host
from mailweir.model.domain import CustomDomain
from mailweir.model.plan import MOST_DOMAINS, Plan, PlanName
from mailweir.model.user import UserName, operator_of
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Keys
from mailweir.ports.domains import Domains
from mailweir.ports.errors import ConflictError
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.plans import Plans
from mailweir.services.letters import reset_url
from mailweir.services.people import People
from mailweir.services.proving import Proving

FIRST: Final = "first"
"""What the key is called that comes with an account."""


@dataclass(frozen=True, slots=True)
class Records:
    """What the DNS says of a host, and which of the accounts that claim it it proves to be right."""

    receives: bool
    mail_hosts: tuple[Host, ...]
    expected: tuple[Host, ...]
    accounts: tuple[AccountName, ...]
    proven: tuple[AccountName, ...]


@dataclass(frozen=True, slots=True)
class Administration:
    """Every method raises UnavailableError."""

    accounts: Accounts
    domains: Domains
    plans: Plans
    mailbox: Mailbox
    proving: Proving
    people: People
    secrets: Keys
    public_url: str

    async def add_account(self, account: AccountName, key: str = "") -> str:
        """A new account, and the key that speaks for it: shown once. Raises ConflictError."""
        made = key or self.secrets.key()
        await self.accounts.add(account, NewKey(FIRST, key_hash(made), key_hint(made)))
        return made

    async def change(
        self, account: AccountName, *, plan: PlanName | None, capture_private: bool | None
    ) -> Account | None:
        """Puts an account on a plan, and says whether what it captures is saved for it; None: as it was.

        None when there is no such account. Raises ConflictError for a plan that there is not.
        """
        changed = await self.accounts.account(account)
        if plan is not None:
            changed = await self.accounts.set_plan(account, plan)
        if capture_private is not None:
            changed = await self.accounts.set_capture(account, private=capture_private)
        return changed

    async def list_accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        return await self.accounts.accounts()

    async def remove_account(self, account: AccountName) -> bool:
        """Its keys open nothing from now on, and its addresses, domains and stars are everybody's.

        False when there was none. Said again it does what was left to do.
        """
        removed = await self.accounts.remove(account)
        return bool(await self.mailbox.forsake(account)) or removed

    async def reset_link(self, account: AccountName, user: UserName) -> str | None:
        """Where a user sets a new password, once, within the hour; None for nobody. Raises ConflictError."""
        if not self.public_url:
            raise ConflictError("nobody reaches this service by HTTP; public_url would say how")
        token = await self.people.reset_token(operator_of(account), user)
        return None if token is None else reset_url(self.public_url, token)

    async def add_plan(self, plan: Plan) -> None:
        """The plan of that name is this one from now on, for all accounts that are on it."""
        await self.plans.put(plan)

    async def list_plans(self) -> Sequence[Plan]:
        """All of them, by name."""
        return await self.plans.plans()

    async def remove_plan(self, name: PlanName) -> bool:
        """A built-in plan has its own limits again. False when there was none. Raises ConflictError."""
        return await self.plans.remove(name)

    async def add_domain(self, account: AccountName, host: Host, *, verified: bool) -> CustomDomain:
        """Claims a host for an account; `verified` makes it the account's on the operator's word.

        Raises UnknownAccountError, TooManyError, HeldError, and ConflictError for what was claimed already.
        """
        known = await self.domains.domain(account, host) if verified else None
        claim = known or await self.domains.claim(account, host, self.secrets.token(), most=MOST_DOMAINS)
        return (await self.domains.hold(account, host) or claim) if verified else claim

    async def list_domains(self, account: AccountName) -> Sequence[CustomDomain]:
        """What an account claims, by host."""
        return await self.domains.domains(account)

    async def remove_domain(self, account: AccountName, host: Host) -> bool:
        """The claim ends, and what mail there is at the host is public; False when there was none."""
        return await self.domains.drop(account, host) is not None

    async def check_dns(self, host: Host) -> Records:
        """What the DNS says of a host. Raises UnavailableError also when it is silent."""
        hosting, resolver = self.proving.hosting, self.proving.resolver
        texts = await resolver.texts(host)
        mail_hosts = await resolver.mail_hosts(host)
        claims = await self.domains.claims(host)
        proven = [one.account for one in claims if hosting.judge(host, one.token, texts, mail_hosts).proven]
        receives = hosting.judge(host, "", texts, mail_hosts).receives
        accounts = tuple(one.account for one in claims)
        return Records(receives, tuple(mail_hosts), hosting.mail_hosts, accounts, tuple(proven))
