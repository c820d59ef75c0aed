"""Accounts, the keys that speak for them, and the addresses that they keep to themselves."""

import hashlib
import re
from typing import Final, NewType

from msgspec import Struct

from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.plan import UNLIMITED, PlanName

AccountName = NewType("AccountName", str)
"""What an account is called, in small letters; it is its id as well."""

KEY_PREFIX: Final = "k_"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_KEY = re.compile(r"k_[A-Za-z0-9]{16,128}")
_KEY_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,64}")
_SESSION_ID: Final = 12  # characters
_HINT: Final = 4  # characters of a key by which its owner knows it again


class Account(Struct, frozen=True):
    """`created` in milliseconds since the epoch, as all times here.

    `capture_private`: what it has captured from an application is saved for it, and not public.
    """

    name: AccountName
    created: int
    capture_private: bool = False
    plan: PlanName = UNLIMITED.name


class Scope(Struct, frozen=True):
    """What a key is good for: until `expires`, for changes only if `writes`, at `place` and nowhere else.

    `place` is an inbox or a host; None is all that the account has. `manages`: also for users, keys, domains
    and the plan.
    """

    expires: int | None = None
    writes: bool = True
    place: Inbox | Host | None = None
    manages: bool = True

    def covers(self, inbox: Inbox) -> bool:
        """Whether that inbox is within `place`."""
        return self.place is None or self.place in {inbox, host_of(inbox)}


WHOLE: Final = Scope()
"""All that the account may do itself, for ever."""


class Key(Struct, frozen=True):
    """An API key without its secret: `hint` is how it ends. `used`: when last, to the minute."""

    account: AccountName
    name: str
    hint: str
    created: int
    scope: Scope = WHOLE
    used: int | None = None


class NewKey(Struct, frozen=True):
    """A key that is to be kept: what it is called, its digest, how it ends, and what it is good for."""

    name: str
    digest: bytes
    hint: str
    scope: Scope = WHOLE


class Grant(Struct, frozen=True):
    """What a key stands for: an account, as far as `scope` goes; `key_name` is what the owner calls it.

    `user`: who that is when it is no key but somebody's password; "" for a key.
    """

    account: AccountName
    key_name: str
    scope: Scope = WHOLE
    user: str = ""


class Upkeep(Struct, frozen=True):
    """For how many days an address keeps a message, and how many of them; None: as its account does."""

    days: int | None = None
    messages: int | None = None


AS_ACCOUNT: Final = Upkeep()
"""Nothing is said of the address itself."""

MOST_DAYS: Final = 3_650
"""For which an address may be told to keep a message."""

MOST_MESSAGES: Final = 1_000_000
"""That an address may be told to keep."""


class OwnedAddress(Struct, frozen=True):
    """An inbox that an account has for itself; `info` is a note of its owner's."""

    inbox: Inbox
    account: AccountName
    info: str
    created: int
    updated: int
    upkeep: Upkeep = AS_ACCOUNT


class Session(Struct, frozen=True):
    """Somebody who has signed in by the key of that digest, or by his password, until `expires`.

    `key`: for a password its user's `credential`. `elevated`: until when a member acts as root. `created`:
    when it began. All in milliseconds since the epoch.
    """

    key: bytes
    expires: int
    elevated: int = 0
    created: int = 0


class OpenSession(Struct, frozen=True):
    """A session as its account sees it: `id` tells it from others and opens nothing; `by`: whose it is."""

    id: str
    by: str
    created: int
    expires: int


def account_name(text: str) -> AccountName | None:
    """The name that a person wrote; None for what may not be one."""
    name = text.strip().lower()
    return AccountName(name) if _NAME.fullmatch(name) else None


def is_key(text: str) -> bool:
    """Whether a text may serve as a key: nobody is to guess it."""
    return _KEY.fullmatch(text) is not None


def is_key_name(text: str) -> bool:
    """Whether a key may be called so."""
    return _KEY_NAME.fullmatch(text) is not None and text == text.strip()


def key_hash(key: str) -> bytes:
    """All that is kept of a key. It is random and long, so that a plain hash hides it."""
    return hashlib.sha256(key.encode()).digest()


def key_hint(key: str) -> str:
    """How a key ends."""
    return key[-_HINT:]


def session_id(token_digest: bytes) -> str:
    """What tells a session from others of its account, and opens nothing."""
    return token_digest.hex()[:_SESSION_ID]
