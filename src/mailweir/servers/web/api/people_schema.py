"""Users, keys, sessions and the journal in JSON: their shapes, and what a client sends of them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from mailweir.model.account import Key, OpenSession, Scope
from mailweir.model.domain import Place
from mailweir.model.user import Entry, User
from mailweir.servers.web.moments import iso

RoleName = Literal["root", "member"]
Days = Annotated[int, Meta(ge=1, le=3650)]
Text = Annotated[str, Meta(max_length=514)]
Mail = Annotated[str, Meta(max_length=514, extra_json_schema={"format": "email"})]
Secret = Annotated[str, Meta(max_length=256)]
Identity = Annotated[str, Meta(pattern="^[!-~]{1,320}$")]


class KeyView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A key without its secret: `hint` is how it ends; `only` the one place that it is good for."""

    name: str
    hint: str
    created: str
    used: str | None
    expires: str | None
    read_only: bool
    only: str | None
    member: bool


class NewKeyView(Struct, frozen=True):
    """A key as it is shown this once."""

    name: str
    key: str


class KeyWish(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A key that is to be made."""

    name: Text
    read_only: bool = False
    days: Days | None = None
    only: Text | None = None
    member: bool = False
    key: str | UnsetType = field(default=UNSET, name="_mailsacKey")


class UserView(Struct, frozen=True, kw_only=True, rename="camel"):
    """One of the people of an account. `signsInAs` is the name for the sign-in page and for SMTP."""

    name: str
    signs_in_as: str
    role: RoleName
    can_elevate: bool
    mail: str | None
    identity: str | None
    has_password: bool
    one_time_codes: bool
    created: str


class NewUserView(Struct, frozen=True, rename="camel"):
    """Somebody who was added, and his password, shown this once when it was made up."""

    user: UserView
    password: str | None


class UserWish(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Somebody who is to be added. Without `password` one is made up."""

    name: Text
    role: RoleName = "member"
    can_elevate: bool = False
    mail: Mail | None = None
    identity: Identity | None = None
    password: Secret | None = None
    key: str | UnsetType = field(default=UNSET, name="_mailsacKey")


class UserChange(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to be different; the rest stays."""

    role: RoleName | UnsetType = UNSET
    can_elevate: bool | UnsetType = UNSET
    mail: Mail | UnsetType | None = UNSET
    identity: Identity | UnsetType | None = UNSET
    key: str | UnsetType = field(default=UNSET, name="_mailsacKey")


class ResetView(Struct, frozen=True):
    """A link at which somebody sets a new password, once."""

    url: str
    expires: str


class SessionView(Struct, frozen=True):
    """Somebody who is signed in: a user's name, or `key NAME`."""

    id: str
    by: str
    created: str
    expires: str


class EntryView(Struct, frozen=True):
    """What was done to an account: by a user, `key NAME` or `operator`."""

    at: str
    actor: str
    act: str
    what: str
    ip: str


def key_view(key: Key) -> KeyView:
    """In the API's shape."""
    scope = key.scope
    return KeyView(
        name=key.name,
        hint=key.hint,
        created=iso(key.created),
        used=None if key.used is None else iso(key.used),
        expires=None if scope.expires is None else iso(scope.expires),
        read_only=not scope.writes,
        only=scope.place,
        member=not scope.manages,
    )


def user_view(user: User) -> UserView:
    """In the API's shape."""
    return UserView(
        name=user.name,
        signs_in_as=user.full_name,
        role=user.role.value,
        can_elevate=user.elevates,
        mail=user.mail,
        identity=user.identity,
        has_password=user.password is not None,
        one_time_codes=user.totp is not None,
        created=iso(user.created),
    )


def session_view(session: OpenSession) -> SessionView:
    """In the API's shape."""
    return SessionView(session.id, session.by, iso(session.created), iso(session.expires))


def entry_view(entry: Entry) -> EntryView:
    """In the API's shape."""
    return EntryView(iso(entry.at), entry.actor, entry.act.value, entry.what, entry.ip)


def scope_of(wish: KeyWish, place: Place | None, now: int) -> Scope:
    """What a key is good for that is made now."""
    expires = None if wish.days is None else now + wish.days * 24 * 3600 * 1000
    return Scope(expires, not wish.read_only, place, not wish.member)
