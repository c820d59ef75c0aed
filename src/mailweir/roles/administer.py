"""Accounts and keys from the command line, also beside a running server, and the first account on a start."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mailweir.adapters.argon2 import Argon2Passwords
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.plans import SqlitePlans
from mailweir.adapters.sqlite.users import SqliteUsers
from mailweir.adapters.system import RandomKeys, SystemClock
from mailweir.config.errors import SettingsError
from mailweir.config.exposure import public_url
from mailweir.config.settings import Settings
from mailweir.model.account import AccountName, account_name, is_key
from mailweir.model.user import Traits, UserName, operator_of
from mailweir.ports.errors import ConflictError, UnavailableError
from mailweir.roles.embedded import hosting, resolver
from mailweir.roles.errors import StartError
from mailweir.roles.store import how_many_accounts, prepare_store
from mailweir.services.administration import Administration
from mailweir.services.choosing import WeakPasswordError
from mailweir.services.people import People
from mailweir.services.proving import Proving

T = TypeVar("T")


def administer(settings: Settings, act: Callable[[Administration], Awaitable[T]]) -> T:
    """What `act` gives, in the store of these settings, which is made if there is none. Raises StartError."""
    prepare_store(settings.data)
    return _in(settings, act)


def make_first(settings: Settings) -> None:
    """Makes the account that the settings name, if the store has none. Raises SettingsError, StartError."""
    if settings.bootstrap_account is None:
        return
    account = account_name(settings.bootstrap_account)
    if account is None:
        raise SettingsError(
            f"Setting bootstrap_account is {settings.bootstrap_account!r}; allowed are up to 64 letters, "
            "digits, dots, dashes and underscores."
        )
    key = settings.bootstrap_key
    if key is not None and not is_key(key):
        raise SettingsError("Setting bootstrap_key must be k_ and 16 to 128 letters and digits.")
    if how_many_accounts(settings.data):
        return
    _in(settings, lambda office: _make(office, account, key, settings.bootstrap_password))


async def _make(office: Administration, account: AccountName, key: str | None, password: str | None) -> None:
    if password is not None:  # refused before anything is made
        await office.people.chosen(account, UserName(account), password)
    if key is None:
        await office.accounts.add(account)  # `mailweir key add` makes its first one
    else:
        await office.add_account(account, key)
    if password is not None:
        await office.people.add(operator_of(account), UserName(account), Traits(), password)


def _in(settings: Settings, act: Callable[[Administration], Awaitable[T]]) -> T:
    directory = settings.data

    async def acted() -> T:
        clock = SystemClock()
        accounts, domains = SqliteAccounts(directory, clock), SqliteDomains(directory, clock)
        mailbox, plans = SqliteMailbox(directory, clock), SqlitePlans(directory, clock)
        users, passwords, secrets = SqliteUsers(directory, clock), Argon2Passwords(), RandomKeys()
        proving = Proving(domains, mailbox, resolver(settings), hosting(settings), clock)
        people = People(users, accounts, passwords, secrets, clock)
        try:
            office = Administration(
                accounts, domains, plans, mailbox, proving, people, secrets, public_url(settings)
            )
            return await act(office)
        finally:
            passwords.close()
            await users.close()
            await accounts.close()
            await domains.close()
            await plans.close()
            await mailbox.close()

    try:
        return asyncio.run(acted())
    except WeakPasswordError as error:
        raise SettingsError(str(error)) from error
    except ConflictError as error:
        raise StartError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    except UnavailableError as error:
        raise StartError(f"The store in {directory} cannot be used: {error}.") from error
