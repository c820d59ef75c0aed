"""The people under one account, each with a name and a password, and what was done to the account."""

import re
from enum import Enum
from typing import Final, NewType

from msgspec import Struct

from mailweir.model.account import AccountName, Scope, account_name
from mailweir.model.address import Inbox

UserName = NewType("UserName", str)
"""What a person is called within his account; whoever is called like the account does not have to say it."""

_IDENTITY = re.compile(r"[!-~]{1,320}")

SEPARATOR: Final = "/"
"""Between an account and one of its people, in the name by which he signs in."""


class Role(Enum):
    """ROOT does everything that the account may; MEMBER all but users, keys, domains and the plan."""

    ROOT = "root"
    MEMBER = "member"


class User(Struct, frozen=True):
    """One person. `created` in milliseconds since the epoch.

    `password`: how it was hashed; None as long as he has none. `credential` is random, and another one with
    each password: sessions are begun by it, as by the digest of a key. `totp`: the secret of his one-time
    codes (RFC 6238) in base32; None without any. `elevates`: a member who may do for a while what root does.
    `mail`: the inbox to which he is sent a link to a new password. `identity`: what the OpenID provider calls
    him, by which he signs in as well; nobody else has it.
    """

    account: AccountName
    name: UserName
    role: Role
    created: int
    credential: bytes
    password: str | None = None
    totp: str | None = None
    elevates: bool = False
    mail: Inbox | None = None
    identity: str | None = None

    @property
    def traits(self) -> "Traits":
        """What whoever manages the account has said of him."""
        return Traits(self.role, self.elevates, self.mail, self.identity)

    @property
    def scope(self) -> Scope:
        """What he may do with what is the account's."""
        return Scope(manages=self.role is Role.ROOT)

    @property
    def full_name(self) -> str:
        """By what he signs in."""
        return full_name(self.account, self.name)


class Traits(Struct, frozen=True):
    """What whoever manages an account says of one of its people."""

    role: Role = Role.ROOT
    elevates: bool = False
    mail: Inbox | None = None
    identity: str | None = None


class Actor(Struct, frozen=True):
    """Somebody who may manage an account: what its journal calls him, and where he is.

    `name` is a user's, `key NAME`, or OPERATOR. Only `Access` and the operator's commands make one.
    """

    account: AccountName
    name: str
    ip: str = ""


class Act(Enum):
    """What is noted for an account: all that changes who may do what."""

    SIGNED_IN = "signed in"
    ELEVATED = "acts as root"
    PASSWORD_CHANGED = "password changed"  # noqa: S105  no password
    PASSWORD_RESET = "password reset"  # noqa: S105
    RESET_ASKED = "password link made"
    CODES_ON = "one-time codes on"
    CODES_OFF = "one-time codes off"
    RECOVERY_USED = "recovery code used"
    USER_ADDED = "user added"
    USER_CHANGED = "user changed"
    USER_REMOVED = "user removed"
    KEY_ADDED = "key added"
    KEY_REMOVED = "key revoked"
    SESSIONS_ENDED = "sessions ended"


class Entry(Struct, frozen=True):
    """One thing that was done: when (milliseconds since the epoch), by whom, what, to what, from where."""

    at: int
    actor: str
    act: Act
    what: str = ""
    ip: str = ""


OPERATOR: Final = "the operator"
"""Whoever has the command line of this server: no user and no key is called so in a journal."""

SOMEBODY: Final = "somebody"
"""Whoever asks for a link to a new password: nobody knows who that is."""


def operator_of(account: AccountName) -> Actor:
    """The operator, who sees to any account."""
    return Actor(account, OPERATOR)


def full_name(account: AccountName, user: UserName) -> str:
    """By what a user signs in."""
    return account if account == user else f"{account}{SEPARATOR}{user}"


def is_identity(text: str) -> bool:
    """Whether the OpenID provider may call somebody so."""
    return _IDENTITY.fullmatch(text) is not None


def user_name(text: str) -> UserName | None:
    """The name that a person wrote; None for what may not be one."""
    name = account_name(text)
    return None if name is None else UserName(name)


def named(text: str) -> tuple[AccountName, UserName] | None:
    """Whom a name means that somebody signs in by; None for what may not be one."""
    first, _, second = text.partition(SEPARATOR)
    account = account_name(first)
    user = user_name(second) if SEPARATOR in text else user_name(first)
    return None if account is None or user is None else (account, user)
