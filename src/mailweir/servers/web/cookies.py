"""Cookies (RFC 6265): the token of a session, and how others are read.

Where the service is reached by HTTPS its name has the prefix `__Host-`: browsers take such a one from this
host alone, for all of it, and never send it in the clear.
"""

from collections.abc import Iterator
from typing import Final

from litestar.types import HTTPScope

from mailweir.model.account import is_key
from mailweir.services.sessions import LASTS

_NAMES: Final = ("__Host-mailweir", "mailweir")
_MOST: Final = 50  # cookies that are looked through


def made(token: str, public_url: str) -> str:
    """What sets it."""
    return f"{_name(public_url)}={token}; Max-Age={LASTS}; {_attributes(public_url)}"


def ended(public_url: str) -> str:
    """What takes it away."""
    return f"{_name(public_url)}=; Max-Age=0; {_attributes(public_url)}"


def token_of(scope: HTTPScope) -> str | None:
    """The token that a request carries; None when there is none. That with the prefix goes first."""
    found = {called: token for called, token in _pairs(scope) if called in _NAMES and is_key(token)}
    return next((found[called] for called in _NAMES if called in found), None)


def value_of(scope: HTTPScope, wanted: str) -> str | None:
    """What another cookie of ours holds; the last one of that name."""
    return dict(_pairs(scope)).get(wanted)


def _pairs(scope: HTTPScope) -> Iterator[tuple[str, str]]:
    for name, value in scope["headers"]:
        if name == b"cookie":
            for pair in value.decode("latin-1").split(";", _MOST)[:_MOST]:
                called, _, held = pair.strip().partition("=")
                yield called, held


def _name(public_url: str) -> str:
    return _NAMES[not public_url.startswith("https:")]


def _attributes(public_url: str) -> str:
    secure = "; Secure" if public_url.startswith("https:") else ""
    return f"Path=/; HttpOnly; SameSite=Lax{secure}"
