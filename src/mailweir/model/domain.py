"""Hosts that accounts claim for themselves, and how it is proved whose they are."""

import re
from typing import Final

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Address, Host, Inbox, canonical_domain

Place = Inbox | Host
"""What a key may be good for, and nothing else."""

PROOF_PREFIX: Final = "mailweir_"
"""How the text begins by which a host's owner proves in the DNS that it is his."""

_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST = re.compile(rf"({_LABEL}\.)+(?=[a-z])({_LABEL})")
_LONGEST: Final = 253  # RFC 1035 §2.3.4, without the root's dot


class CustomDomain(Struct, frozen=True):
    """A host that an account has claimed. Times in milliseconds since the epoch.

    `held`: since when it is the account's, None as long as that was not proved; one account holds a host, and
    many may claim it. `private`: then all mail for it is the holder's. `receives`: whether its MX records
    bring its mail here; `errors` are sentences on what the DNS lacked when it was asked last, at `checked`.
    """

    host: Host
    account: AccountName
    token: str
    created: int
    updated: int
    held: int | None = None
    private: bool = True
    receives: bool = False
    errors: str = ""
    checked: int | None = None


class Check(Struct, frozen=True):
    """What the DNS says of a claim: `proven` is None when it could not be asked."""

    proven: bool | None
    receives: bool
    errors: str = ""


def custom_host(text: str) -> Host | None:
    """The host that a person wrote; None for what cannot be one: it needs a dot, and is no IP address."""
    host = canonical_domain(text.strip().removesuffix("."))
    return Host(host) if len(host) <= _LONGEST and _HOST.fullmatch(host) else None


def place_named(text: str) -> Place | None:
    """The inbox or the host that a person wrote; None for what is neither."""
    address = Address.parse(text)
    return custom_host(text) if address is None else address.inbox
