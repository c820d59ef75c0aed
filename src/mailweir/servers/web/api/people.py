"""Users, keys, sessions and the journal of an account by REST, for whoever manages it."""

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import unquote

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from msgspec import UnsetType

from mailweir.model.account import is_key_name
from mailweir.model.address import Inbox
from mailweir.model.domain import Place, place_named
from mailweir.model.user import Actor, Role, Traits, UserName, user_name
from mailweir.servers.web.api.parameters import inbox_named, json_body
from mailweir.servers.web.api.people_schema import (
    EntryView,
    KeyView,
    KeyWish,
    NewKeyView,
    NewUserView,
    ResetView,
    SessionView,
    UserChange,
    UserView,
    UserWish,
    entry_view,
    key_view,
    scope_of,
    session_view,
    user_view,
)
from mailweir.servers.web.api.specification import ACCOUNT, errors, takes_json
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NotFoundError, WrongRequestError, there
from mailweir.servers.web.moments import iso
from mailweir.services.letters import reset_url
from mailweir.services.people import LINK_LASTS

_READS: Final = errors(401, 403, 503)
_CHANGES: Final = errors(400, 401, 403, 404, 409, 503)
_KEYS: Final = "/api/account/keys"
_USERS: Final = "/api/account/users"
_USER: Final = f"{_USERS}/{{user:str}}"
_SESSIONS: Final = "/api/account/sessions"
_NO_KEY: Final = "Your account has no key of that name; GET /api/account/keys lists those that it has."
_NO_USER: Final = "Your account has no user of that name; GET /api/account/users lists those that it has."
_NO_SESSION: Final = "There is no such session; GET /api/account/sessions lists those that there are."

_KeyName = Annotated[str, PathParameter(description="What the key is called")]
_User = Annotated[str, PathParameter(description="What the user is called within the account")]
_Session = Annotated[str, PathParameter(description="The id of a session")]


@get(_KEYS, operation_id="ListKeys", tags=ACCOUNT, responses=_READS)
async def list_keys(request: WebRequest) -> list[KeyView]:
    """The keys of the account, by name, without their secrets."""
    actor = await _manager(request)
    return [key_view(one) for one in await door_of(request).people.keys(actor)]


@post(
    _KEYS,
    operation_id="CreateKey",
    tags=ACCOUNT,
    status_code=201,
    responses=_CHANGES,
    operation_class=takes_json(KeyWish),
)
async def create_key(request: WebRequest) -> NewKeyView:
    """Makes a key, which is shown this once."""
    actor = await _manager(request, changes=True)
    wish = await json_body(request, KeyWish, '{"name": "ci", "readOnly": true, "days": 90}')
    if not is_key_name(wish.name):
        raise WrongRequestError("name is no name of a key; allowed are 1 to 64 characters on one line.")
    place = None if wish.only is None else _place(wish.only)
    door = door_of(request)
    made = await door.people.add_key(actor, wish.name, scope_of(wish, place, door.facts.now()))
    return NewKeyView(wish.name, made)


@delete(f"{_KEYS}/{{key_name:str}}", operation_id="DeleteKey", tags=ACCOUNT, responses=_CHANGES)
async def delete_key(request: WebRequest, key_name: _KeyName) -> None:
    """Revokes a key. Sessions and sockets that it opened end within seconds."""
    actor = await _manager(request, changes=True)
    if not await door_of(request).people.remove_key(actor, unquote(key_name)):
        raise NotFoundError(_NO_KEY)


@get(_USERS, operation_id="ListUsers", tags=ACCOUNT, responses=_READS)
async def list_users(request: WebRequest) -> list[UserView]:
    """The people of the account, by name."""
    actor = await _manager(request)
    return [user_view(one) for one in await door_of(request).people.list(actor)]


@post(
    _USERS,
    operation_id="CreateUser",
    tags=ACCOUNT,
    status_code=201,
    responses=_CHANGES,
    operation_class=takes_json(UserWish),
)
async def create_user(request: WebRequest) -> NewUserView:
    """Adds somebody, who signs in by `signsInAs` and a password: one that is made up if none is given."""
    actor = await _manager(request, changes=True)
    wish = await json_body(request, UserWish, '{"name": "bob", "role": "member"}')
    name = user_name(wish.name)
    if name is None:
        raise WrongRequestError(
            "name is no name of a user; allowed are up to 64 letters, digits, dots, dashes and underscores."
        )
    people = door_of(request).people
    traits = Traits(Role(wish.role), wish.can_elevate, _mail(wish.mail), wish.identity)
    password = await people.add(actor, name, traits, wish.password)
    added = there(await people.users.user(actor.account, name), _NO_USER)
    return NewUserView(user_view(added), None if wish.password else password)


@put(
    _USER,
    operation_id="UpdateUser",
    tags=ACCOUNT,
    responses=_CHANGES,
    operation_class=takes_json(UserChange),
)
async def update_user(request: WebRequest, user: _User) -> UserView:
    """Another role, whether a member may act as root for a while, where links to a new password go."""
    actor = await _manager(request, changes=True)
    wish = await json_body(request, UserChange, '{"role": "root"}')
    found = await door_of(request).people.change(actor, _name(user), _changer(wish))
    return user_view(there(found, _NO_USER))


@delete(_USER, operation_id="DeleteUser", tags=ACCOUNT, responses=_CHANGES)
async def delete_user(request: WebRequest, user: _User) -> None:
    """Whoever that is does not sign in any more, and is signed out within seconds."""
    actor = await _manager(request, changes=True)
    if not await door_of(request).people.remove(actor, _name(user)):
        raise NotFoundError(_NO_USER)


@post(f"{_USER}/reset", operation_id="ResetPassword", tags=ACCOUNT, status_code=201, responses=_CHANGES)
async def reset_password(request: WebRequest, user: _User) -> ResetView:
    """A link at which this user sets a new password, once and within the hour."""
    actor = await _manager(request, changes=True)
    door = door_of(request)
    token = there(await door.people.reset_token(actor, _name(user)), _NO_USER)
    return ResetView(reset_url(door.facts.public_url, token), iso(door.facts.now() + LINK_LASTS * 1000))


@delete(f"{_USER}/codes", operation_id="DeleteUserCodes", tags=ACCOUNT, responses=_CHANGES)
async def delete_user_codes(request: WebRequest, user: _User) -> None:
    """This user is asked for no one-time codes any more: his phone is lost, and so are his recovery codes."""
    actor = await _manager(request, changes=True)
    there(await door_of(request).people.codes_off(actor, _name(user)), _NO_USER)


@get(_SESSIONS, operation_id="ListSessions", tags=ACCOUNT, responses=_READS)
async def list_sessions(request: WebRequest) -> list[SessionView]:
    """Who is signed in on the pages, newest first."""
    actor = await _manager(request)
    return [session_view(one) for one in await door_of(request).people.sessions(actor)]


@delete(f"{_SESSIONS}/{{session:str}}", operation_id="DeleteSession", tags=ACCOUNT, responses=_CHANGES)
async def delete_session(request: WebRequest, session: _Session) -> None:
    """Whoever that is has to sign in again."""
    actor = await _manager(request, changes=True)
    if not await door_of(request).people.end_session(actor, unquote(session)):
        raise NotFoundError(_NO_SESSION)


@get("/api/account/journal", operation_id="ListJournal", tags=ACCOUNT, responses=_READS)
async def list_journal(request: WebRequest) -> list[EntryView]:
    """What was done to the account's users, keys and sessions: the newest 200 entries, newest first."""
    actor = await _manager(request)
    return [entry_view(one) for one in await door_of(request).people.journal(actor)]


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_keys,
    create_key,
    delete_key,
    list_users,
    create_user,
    update_user,
    delete_user,
    reset_password,
    delete_user_codes,
    list_sessions,
    delete_session,
    list_journal,
)


async def _manager(request: WebRequest, *, changes: bool = False) -> Actor:
    """Who asks, if he may see to the account."""
    reader = await reader_of(request)
    return door_of(request).reading.access.manager(reader, peer_ip(request), changes=changes)


def _name(segment: str) -> UserName:
    return there(user_name(unquote(segment)), _NO_USER)


def _mail(text: str | None) -> Inbox | None:
    return None if text is None else inbox_named(text)


def _changer(wish: UserChange) -> Callable[[Traits], Traits]:
    mail = wish.mail if isinstance(wish.mail, UnsetType) else _mail(wish.mail)

    def changed(has: Traits) -> Traits:
        return Traits(
            has.role if isinstance(wish.role, UnsetType) else Role(wish.role),
            has.elevates if isinstance(wish.can_elevate, UnsetType) else wish.can_elevate,
            has.mail if isinstance(mail, UnsetType) else mail,
            has.identity if isinstance(wish.identity, UnsetType) else wish.identity,
        )

    return changed


def _place(text: str) -> Place:
    place = place_named(text)
    if place is None:
        raise WrongRequestError("only is neither an address nor a domain.")
    return place
