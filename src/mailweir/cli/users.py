"""`mailweir user`: the people of an account, also beside a running server."""

import sys
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from cyclopts import App, Parameter
from msgspec.structs import replace

from mailweir.cli.accounts import account_of, administer
from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import OK, print_json, print_lines, print_text
from mailweir.config.errors import SettingsError
from mailweir.model.account import AccountName
from mailweir.model.address import Address, Inbox
from mailweir.model.user import (
    Entry,
    Role,
    Traits,
    User,
    UserName,
    full_name,
    is_identity,
    operator_of,
    user_name,
)
from mailweir.roles.errors import StartError

_Account = Annotated[str, Parameter(help="The name of the account.")]
_User = Annotated[
    str | None, Parameter(help="What the user is called; the one called like the account if left out.")
]
_Member = Annotated[
    bool | None,
    Parameter(
        name="--member", help="Does all but see to users, keys, domains and the plan.", negative="--root"
    ),
]
_Elevates = Annotated[
    bool | None, Parameter(help="A member who may act as root for a quarter of an hour, on the pages.")
]
_Mail = Annotated[
    str | None, Parameter(help="The private inbox to which links to a new password go; empty for none.")
]
_Identity = Annotated[
    str | None, Parameter(help="What the OpenID provider calls the user; empty for nothing.")
]
_FromInput = Annotated[bool, Parameter(help="Read the password from standard input, one line.", negative=())]

user = App(name="user", help="Users: people with a password of their own, under an account.")


@user.command(name="add")
def user_add(  # noqa: PLR0913  each is a flag
    account: _Account,
    name: _User = None,
    *,
    member: _Member = None,
    can_elevate: _Elevates = None,
    mail: _Mail = None,
    identity: _Identity = None,
    password_stdin: _FromInput = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Add a user. His password is printed if it was made up, and never shown again."""
    owner, called = _person(account, name)
    wanted = _traits(Traits(), member, can_elevate, _Places(mail, identity))
    given = _password() if password_stdin else None
    made = administer(
        config, data, lambda office: office.people.add(operator_of(owner), called, wanted, given)
    )
    if json:
        return print_json({"signsInAs": full_name(owner, called), "password": None if given else made})
    return OK if given else print_text(made)


@user.command(name="list")
def user_list(account: _Account, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print the users of an account."""
    owner = account_of(account)
    found = administer(config, data, lambda office: office.people.list(operator_of(owner)))
    if json:
        return print_json([_shown(one) for one in found])
    return print_lines([_line(one) for one in found], f"{owner} has no user; `mailweir user add {owner}`.")


@user.command(name="change")
def user_change(  # noqa: PLR0913  each is a flag
    account: _Account,
    name: _User = None,
    *,
    member: _Member = None,
    can_elevate: _Elevates = None,
    mail: _Mail = None,
    identity: _Identity = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Give a user another role, or another inbox for links to a new password."""
    owner, called = _person(account, name)
    places = _Places(mail, identity)
    if (member, can_elevate, *places) == (None, None, None, None):
        raise SettingsError("Say what to change: --member, --root, --can-elevate, --mail or --identity.")

    def changed(has: Traits) -> Traits:
        return _traits(has, member, can_elevate, places)

    found = administer(
        config,
        data,
        lambda office: office.people.change(operator_of(owner), called, changed),
    )
    if found is None:
        raise _nobody(owner, called)
    return print_json(_shown(found)) if json else OK


@user.command(name="password")
def user_password(
    account: _Account,
    name: _User = None,
    *,
    password_stdin: _FromInput = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Set another password, and print it if it was made up. Sessions by the former one end."""
    owner, called = _person(account, name)
    given = _password() if password_stdin else None
    made = administer(
        config, data, lambda office: office.people.set_password(operator_of(owner), called, given)
    )
    if made is None:
        raise _nobody(owner, called)
    if json:
        return print_json({"signsInAs": full_name(owner, called), "password": None if given else made})
    return OK if given else print_text(made)


@user.command(name="reset")
def user_reset(
    account: _Account, name: _User = None, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Print a link at which a user sets a new password, once and within the hour."""
    owner, called = _person(account, name)
    link = administer(config, data, lambda office: office.reset_link(owner, called))
    if link is None:
        raise _nobody(owner, called)
    return print_json({"signsInAs": full_name(owner, called), "url": link}) if json else print_text(link)


@user.command(name="codes-off")
def user_codes_off(
    account: _Account, name: _User = None, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Ask a user for no one-time codes any more, since his phone is lost."""
    owner, called = _person(account, name)
    found = administer(config, data, lambda office: office.people.codes_off(operator_of(owner), called))
    if found is None:
        raise _nobody(owner, called)
    return print_json(_shown(found)) if json else OK


@user.command(name="remove")
def user_remove(
    account: _Account, name: _User = None, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Remove a user, who is signed out within seconds."""
    owner, called = _person(account, name)
    if not administer(config, data, lambda office: office.people.remove(operator_of(owner), called)):
        raise _nobody(owner, called)
    return print_json({"signsInAs": full_name(owner, called), "removed": True}) if json else OK


@user.command(name="journal")
def user_journal(account: _Account, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print what was done to the users, keys and sessions of an account, newest first."""
    owner = account_of(account)
    found = administer(config, data, lambda office: office.people.journal(operator_of(owner)))
    if json:
        return print_json([{**_entry(one), "at": one.at} for one in found])
    return print_lines([_told(one) for one in found], f"Nothing was done to {owner} yet.")


def _person(account: str, name: str | None) -> tuple[AccountName, UserName]:
    owner = account_of(account)
    called = user_name(owner if name is None else name)
    if called is None:
        raise SettingsError(
            f"{name!r} is no name of a user; allowed are up to 64 letters, digits, dots, dashes and "
            "underscores."
        )
    return owner, called


class _Places(NamedTuple):
    """By what a person is reached and known elsewhere; "" takes it away, None leaves it."""

    mail: str | None
    identity: str | None


def _traits(former: Traits, member: bool | None, elevates: bool | None, places: _Places) -> Traits:  # noqa: FBT001
    changed = former
    if member is not None:
        changed = replace(changed, role=Role.MEMBER if member else Role.ROOT)
    if elevates is not None:
        changed = replace(changed, elevates=elevates)
    if places.mail is not None:
        changed = replace(changed, mail=_inbox(places.mail) if places.mail else None)
    if places.identity is not None:
        changed = replace(changed, identity=_known_as(places.identity) if places.identity else None)
    return changed


def _known_as(text: str) -> str:
    if not is_identity(text):
        raise SettingsError(f"{text!r} is no identity; allowed are up to 320 visible ASCII characters.")
    return text


def _inbox(text: str) -> Inbox:
    address = Address.parse(text)
    if address is None:
        raise SettingsError(f"{text!r} is not an e-mail address; write it as name@host.")
    return address.inbox


def _password() -> str:
    written = sys.stdin.readline().rstrip("\r\n")
    if not written.isprintable():  # octets that are no UTF-8, too
        raise SettingsError("The password on standard input is no text of one line.")
    if not written:
        raise SettingsError("There is no password on standard input.")
    return written


def _nobody(account: AccountName, name: UserName) -> StartError:
    return StartError(f"There is no user {full_name(account, name)}.")


def _shown(one: User) -> dict[str, object]:
    return {
        "name": one.name,
        "signsInAs": one.full_name,
        "role": one.role.value,
        "canElevate": one.elevates,
        "mail": one.mail,
        "identity": one.identity,
        "hasPassword": one.password is not None,
        "oneTimeCodes": one.totp is not None,
        "created": one.created,
    }


def _line(one: User) -> str:
    notes = [
        one.role.value,
        "may act as root" if one.elevates else "",
        "one-time codes" if one.totp is not None else "",
        f"links go to {one.mail}" if one.mail is not None else "",
        f"known as {one.identity}" if one.identity is not None else "",
    ]
    return f"{one.full_name:<32} {', '.join(note for note in notes if note)}"


def _entry(one: Entry) -> dict[str, object]:
    return {"actor": one.actor, "act": one.act.value, "what": one.what, "ip": one.ip}


def _told(one: Entry) -> str:
    place = f" from {one.ip}" if one.ip else ""
    when = f"{datetime.fromtimestamp(one.at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    return f"{when}  {one.actor}: {one.act.value} {one.what}".rstrip() + place
