"""`mailweir account` and `mailweir key`, also beside a running server."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter

from mailweir.cli.saying import OK, Config, Data, Json, complain, print_json, print_lines, print_text
from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.model.account import AccountName, account_name, is_key_name
from mailweir.roles.errors import StartError

T = TypeVar("T")

_Name = Annotated[str, Parameter(help="The name of the account.")]
_KeyName = Annotated[str, Parameter(help="What the key is called.")]

account = App(name="account", help="Accounts: people who have addresses for themselves.")
key = App(name="key", help="API keys: each speaks for one account.")


@account.command(name="add")
def account_add(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Make an account, and print its first key, which is never shown again."""
    owner = _account(name)
    made = _administer(config, data, lambda office: office.add_account(owner))
    return print_json({"account": owner, "key": made}) if json else print_text(made)


@account.command(name="list")
def account_list(*, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print all accounts."""
    found = _administer(config, data, lambda office: office.list_accounts())
    if json:
        return print_json([{"account": one.name, "created": one.created} for one in found])
    return print_lines([one.name for one in found], "There is no account; `mailweir account add NAME`.")


@account.command(name="remove")
def account_remove(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Remove an account. Its keys open nothing from now on, and its addresses are public again."""
    owner = _account(name)
    if not _administer(config, data, lambda office: office.remove_account(owner)):
        raise StartError(f"There is no account {owner}.")
    return print_json({"account": owner, "removed": True}) if json else OK


@key.command(name="add")
def key_add(
    account_name: _Name, name: _KeyName, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Make one more key, and print it; it is never shown again."""
    owner, called = _account(account_name), _key_name(name)
    made = _administer(config, data, lambda office: office.add_key(owner, called))
    return print_json({"account": owner, "name": called, "key": made}) if json else print_text(made)


@key.command(name="list")
def key_list(account_name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print the keys of an account: their names, and how they end."""
    owner = _account(account_name)
    found = _administer(config, data, lambda office: office.keys(owner))
    if json:
        return print_json([{"name": k.name, "hint": k.hint, "created": k.created} for k in found])
    return print_lines([f"{k.name:<24} k_…{k.hint}" for k in found], f"{owner} has no key.")


@key.command(name="remove")
def key_remove(
    account_name: _Name, name: _KeyName, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Revoke a key. It opens nothing from now on; connections that it opened end within seconds."""
    owner, called = _account(account_name), _key_name(name)
    if not _administer(config, data, lambda office: office.remove_key(owner, called)):
        raise StartError(f"{owner} has no key {called}.")
    return print_json({"account": owner, "name": called, "removed": True}) if json else OK


def _administer(config: Path | None, data: str | None, act: Callable[[Any], Awaitable[T]]) -> T:
    """What `act` gives on the accounts of the store that is meant; an `Administration` is handed to it."""
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    from mailweir.roles.administer import administer  # noqa: PLC0415  only these commands pay for it

    return administer(loaded.settings, act)


def _account(text: str) -> AccountName:
    name = account_name(text)
    if name is None:
        raise SettingsError(
            f"{text!r} is no name of an account; allowed are up to 64 letters, digits, dots, dashes and "
            "underscores, a letter or digit first and last."
        )
    return name


def _key_name(text: str) -> str:
    if not is_key_name(text):
        raise SettingsError(f"{text!r} is no name of a key; allowed are up to 64 characters on one line.")
    return text
