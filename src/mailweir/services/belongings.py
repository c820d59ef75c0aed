"""What an account has to itself."""

from mailweir.model.account import AccountName
from mailweir.model.places import Places
from mailweir.ports.accounts import Accounts
from mailweir.ports.domains import Domains


async def private_places(accounts: Accounts, domains: Domains, account: AccountName) -> Places:
    """Its addresses, the private ones of its domains, and what it has saved. Raises UnavailableError."""
    owned = await accounts.addresses(account)
    claimed = await domains.domains(account)
    private = tuple(one.host for one in claimed if one.held is not None and one.private)
    return Places(tuple(one.inbox for one in owned), private, account)
