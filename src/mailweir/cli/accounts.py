"""`mailweir account` and `mailweir key`, also beside a running server."""

import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter, validators

from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import OK, complain, print_json, print_lines, print_text
from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.model.account import AccountName, Key, Scope, account_name, is_key_name
from mailweir.model.domain import Place, place_named
from mailweir.model.plan import PlanName, plan_name
from mailweir.model.user import operator_of
from mailweir.roles.errors import StartError

T = TypeVar("T")

_DAY = 24 * 3600 * 1000  # milliseconds

_Name = Annotated[str, Parameter(help="The name of the account.")]
_KeyName = Annotated[str, Parameter(help="What the key is called.")]
_ReadOnly = Annotated[bool, Parameter(help="The key changes nothing.", negative=())]
_Days = Annotated[
    int | None,
    Parameter(help="For how many days the key is good.", validator=validators.Number(gte=1, lte=3650)),
]
_Member = Annotated[bool, Parameter(help="The key does not see to users, keys and domains.", negative=())]
_Only = Annotated[str | None, Parameter(help="The one address or domain that the key is good for.")]
_Private = Annotated[bool | None, Parameter(help="Whether what the account captures is kept for it alone.")]
_Plan = Annotated[str | None, Parameter(help="The plan that the account is on; `mailweir plan list`.")]

account = App(name="account", help="Accounts: people who have addresses for themselves.")
key = App(name="key", help="API keys: each speaks for one account.")


@account.command(name="add")
def account_add(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Make an account, and print its first key, which is never shown again."""
    owner = account_of(name)
    made = administer(config, data, lambda office: office.add_account(owner))
    return print_json({"account": owner, "key": made}) if json else print_text(made)


@account.command(name="list")
def account_list(*, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print all accounts."""
    found = administer(config, data, lambda office: office.list_accounts())
    if json:
        return print_json([{"account": one.name, "created": one.created, "plan": one.plan} for one in found])
    return print_lines([one.name for one in found], "There is no account; `mailweir account add NAME`.")


@account.command(name="remove")
def account_remove(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Remove an account. Its keys open nothing from now on, and its addresses are public again."""
    owner = account_of(name)
    if not administer(config, data, lambda office: office.remove_account(owner)):
        raise StartError(f"There is no account {owner}.")
    return print_json({"account": owner, "removed": True}) if json else OK


@key.command(name="add")
def key_add(  # noqa: PLR0913  each is a flag
    account_name: _Name,
    name: _KeyName,
    *,
    read_only: _ReadOnly = False,
    days: _Days = None,
    only: _Only = None,
    member: _Member = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Make one more key, and print it; it is never shown again."""
    owner, called = account_of(account_name), _key_name(name)
    place = None if only is None else _place(only)
    expires = None if days is None else time.time_ns() // 1_000_000 + days * _DAY
    scope = Scope(expires, not read_only, place, not member)
    made = administer(config, data, lambda office: office.people.add_key(operator_of(owner), called, scope))
    return print_json({"account": owner, "name": called, "key": made}) if json else print_text(made)


@key.command(name="list")
def key_list(account_name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print the keys of an account: their names, and how they end."""
    owner = account_of(account_name)
    found = administer(config, data, lambda office: office.people.keys(operator_of(owner)))
    if json:
        return print_json([_shown(one) for one in found])
    return print_lines([_line(one) for one in found], f"{owner} has no key.")


@key.command(name="remove")
def key_remove(
    account_name: _Name, name: _KeyName, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Revoke a key. It opens nothing from now on; connections that it opened end within seconds."""
    owner, called = account_of(account_name), _key_name(name)
    if not administer(config, data, lambda office: office.people.remove_key(operator_of(owner), called)):
        raise StartError(f"{owner} has no key {called}.")
    return print_json({"account": owner, "name": called, "removed": True}) if json else OK


@account.command(name="change")
def account_change(
    name: _Name,
    *,
    capture_private: _Private = None,
    plan: _Plan = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Put an account on a plan, or change how it captures mail."""
    owner = account_of(name)
    if capture_private is None and plan is None:
        raise SettingsError("Say what to change: --plan PLAN, --capture-private or --no-capture-private.")
    wanted = None if plan is None else plan_of(plan)
    changed = administer(
        config, data, lambda office: office.change(owner, plan=wanted, capture_private=capture_private)
    )
    if changed is None:
        raise StartError(f"There is no account {owner}.")
    if json:
        return print_json({"account": owner, "plan": changed.plan, "capturePrivate": changed.capture_private})
    return OK


def administer(config: Path | None, data: str | None, act: Callable[[Any], Awaitable[T]]) -> T:
    """What `act` gives on the accounts of the store that is meant; an `Administration` is handed to it."""
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    from mailweir.roles import administer as office  # noqa: PLC0415  only these commands pay for it

    return office.administer(loaded.settings, act)


def account_of(text: str) -> AccountName:
    """The account of that name. Raises SettingsError for what is none."""
    name = account_name(text)
    if name is None:
        raise SettingsError(
            f"{text!r} is no name of an account; allowed are up to 64 letters, digits, dots, dashes and "
            "underscores, a letter or digit first and last."
        )
    return name


def plan_of(text: str) -> PlanName:
    """The plan of that name. Raises SettingsError for what is none."""
    name = plan_name(text)
    if name is None:
        raise SettingsError(f"{text!r} is no plan's name; allowed are up to 32 letters, digits and dashes.")
    return name


def _key_name(text: str) -> str:
    if not is_key_name(text):
        raise SettingsError(f"{text!r} is no name of a key; allowed are up to 64 characters on one line.")
    return text


def _place(text: str) -> Place:
    place = place_named(text)
    if place is None:
        raise SettingsError(f"{text!r} is neither an address nor a domain.")
    return place


def _shown(one: Key) -> dict[str, object]:
    scope = one.scope
    return {
        "name": one.name,
        "hint": one.hint,
        "created": one.created,
        "used": one.used,
        "expires": scope.expires,
        "readOnly": not scope.writes,
        "only": scope.place,
        "member": not scope.manages,
    }


def _line(one: Key) -> str:
    scope = one.scope
    notes = [
        "reads only" if not scope.writes else "",
        "member" if not scope.manages else "",
        f"only {scope.place}" if scope.place else "",
        f"until {_day(scope.expires)}" if scope.expires is not None else "",
        f"last used {_day(one.used)}" if one.used is not None else "never used",
    ]
    return f"{one.name:<24} k_…{one.hint}  {', '.join(note for note in notes if note)}"


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d}"
