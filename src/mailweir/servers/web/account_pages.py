"""The page of an account: what it has, its keys and its people. What is made there is shown once."""

from http import HTTPStatus
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from mailweir.model.account import Scope, is_key_name
from mailweir.model.user import Actor, Role, Traits, user_name
from mailweir.policy import visibility
from mailweir.policy.visibility import Caller, Reader
from mailweir.ports.accounts import TooManyError
from mailweir.ports.errors import ConflictError
from mailweir.servers.web.api.people_schema import entry_view, key_view, session_view, user_view
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.forms import own_fields
from mailweir.servers.web.rendering import render
from mailweir.servers.web.signin_pages import NO_STORE, seen

_LISTED: Final = 20  # entries of the journal
_DAY: Final = 24 * 3600 * 1000  # milliseconds
_LONGEST: Final = 3650  # days of a key


@get("/account", include_in_schema=False)
async def account_page(request: WebRequest) -> Response[bytes] | Response[None]:
    """What the account has, and what its people may do about it."""
    reader = await reader_of(request)
    if door_of(request).reading.access.caller(reader).account is None:
        return seen("/signin")
    return await account_shown(request, reader)


@post("/account/keys", include_in_schema=False)
async def add_key(request: WebRequest) -> Response[bytes]:
    """Makes a key and shows it."""
    name, days, read_only = await own_fields(request, "name", "days", "readonly")
    reader, actor = await _manager(request)
    if not is_key_name(name) or (days and not _is_number(days)):
        return await account_shown(request, reader, fault="A key has a name, and days from 1 to 3,650.")
    door = door_of(request)
    expires = door.facts.now() + int(days) * _DAY if days else None
    try:
        made = await door.people.add_key(actor, name, Scope(expires, not read_only))
    except ConflictError as error:
        return await account_shown(request, reader, fault=_why(error))
    return await account_shown(request, reader, made=made, called=f"The key {name}")


@post("/account/keys/remove", include_in_schema=False)
async def remove_key(request: WebRequest) -> Response[None]:
    """Revokes a key."""
    (name,) = await own_fields(request, "name")
    _, actor = await _manager(request)
    await door_of(request).people.remove_key(actor, name)
    return seen("/account")


@post("/account/users", include_in_schema=False)
async def add_user(request: WebRequest) -> Response[bytes]:
    """Adds somebody and shows his password."""
    written, role, elevates = await own_fields(request, "name", "role", "elevates")
    reader, actor = await _manager(request)
    name = user_name(written)
    if name is None or role not in {one.value for one in Role}:
        return await account_shown(request, reader, fault="A user has a name of letters, digits and dashes.")
    try:
        made = await door_of(request).people.add(actor, name, Traits(Role(role), bool(elevates)))
    except ConflictError as error:
        return await account_shown(request, reader, fault=_why(error))
    return await account_shown(request, reader, made=made, called=f"The password of {name}")


@post("/account/users/remove", include_in_schema=False)
async def remove_user(request: WebRequest) -> Response[None]:
    """Has somebody sign in no more."""
    (name,) = await own_fields(request, "name")
    _, actor = await _manager(request)
    user = user_name(name)
    if user is not None:
        await door_of(request).people.remove(actor, user)
    return seen("/account")


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (account_page, add_key, remove_key, add_user, remove_user)


async def account_shown(
    request: WebRequest,
    reader: Reader,
    *,
    made: str = "",
    called: str = "",
    fault: str = "",
    status: HTTPStatus | None = None,
) -> Response[bytes]:
    """The page, with what was made just now, or why nothing was."""
    door = door_of(request)
    caller = door.reading.access.caller(reader)
    standing = await door.addresses.standing(reader)
    values = {
        "facts": door.facts,
        "account": standing.account,
        "standing": standing,
        "used": door.metering.used(standing.account),
        "user": door.profile.known(reader),
        "acts_as_root": caller.scope.manages,
        "managed": await _managed(door, caller, reader, peer_ip(request)),
        "made": made,
        "called": called,
        "fault": fault,
    }
    return render(
        "account.html",
        values,
        status=status or (HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK),
        headers=NO_STORE,
    )


async def _managed(door: Door, caller: Caller, reader: Reader, ip: str) -> dict[str, object] | None:
    """What whoever manages the account sees of it; None for others."""
    if visibility.may_manage_people(caller) is not None or visibility.is_for(caller) is not None:
        return None
    actor = door.reading.access.manager(reader, ip)
    people = door.people
    return {
        "keys": [key_view(one) for one in await people.keys(actor)],
        "users": [user_view(one) for one in await people.list(actor)],
        "sessions": [session_view(one) for one in await people.sessions(actor)],
        "journal": [entry_view(one) for one in (await people.journal(actor))[:_LISTED]],
    }


async def _manager(request: WebRequest) -> tuple[Reader, Actor]:
    reader = await reader_of(request)
    return reader, door_of(request).reading.access.manager(reader, peer_ip(request), changes=True)


def _is_number(days: str) -> bool:
    return days.isascii() and days.isdigit() and len(days) <= len(str(_LONGEST)) and 0 < int(days) <= _LONGEST


def _why(error: ConflictError) -> str:
    if isinstance(error, TooManyError):
        return f"An account may have {error.most:,} of these and no more."
    return f"{str(error)[:1].upper()}{str(error)[1:]}."
