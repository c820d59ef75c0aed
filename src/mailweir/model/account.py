"""Accounts, the keys that speak for them, and the addresses that they keep to themselves."""

import hashlib
import re
from typing import Final, NewType

from msgspec import Struct

from mailweir.model.address import Inbox

AccountName = NewType("AccountName", str)
"""What an account is called, in small letters; it is its id as well."""

KEY_PREFIX: Final = "k_"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_KEY = re.compile(r"k_[A-Za-z0-9]{16,128}")
_KEY_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,64}")
_HINT: Final = 4  # characters of a key by which its owner knows it again


class Account(Struct, frozen=True):
    """`created` in milliseconds since the epoch, as all times here."""

    name: AccountName
    created: int


class Key(Struct, frozen=True):
    """An API key without its secret: `hint` is how it ends."""

    account: AccountName
    name: str
    hint: str
    created: int


class NewKey(Struct, frozen=True):
    """A key that is to be kept: what it is called, its digest, and how it ends."""

    name: str
    digest: bytes
    hint: str


class OwnedAddress(Struct, frozen=True):
    """An inbox that an account has for itself; `info` is a note of its owner's."""

    inbox: Inbox
    account: AccountName
    info: str
    created: int
    updated: int


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
