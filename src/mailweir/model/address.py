"""E-mail addresses, and the one inbox that each of them reads into.

Ownership and look-ups always go by `Inbox`, which is made here and nowhere else, so that two
spellings of one address can never be two places.
"""

import re
import unicodedata
from typing import NewType

import idna
from msgspec import Struct

Inbox = NewType("Inbox", str)
"""The canonical name of an inbox: `local@domain`, lower case, NFC, without tag, domain in A-labels."""

Host = NewType("Host", str)
"""A DNS name in lower case and A-labels (RFC 5890), without the root's dot."""

# RFC 5322 §3.2.3 `dot-atom` with UTF-8 (RFC 6532 §3.2) and dots anywhere, as some carriers' addresses have
# them; anything else needs quotes.
_DOT_ATOM = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\"]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 514  # a local part of 128 octets with every one of them escaped, in quotes, and a domain of 255


class Address(Struct, frozen=True, gc=False):
    """A mailbox address. `local` is the local part's meaning (quotes and escapes removed)."""

    local: str
    domain: str

    def __str__(self) -> str:
        if _DOT_ATOM.fullmatch(self.local):
            return f"{self.local}@{self.domain}"
        escaped = self.local.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"@{self.domain}'

    @property
    def inbox(self) -> Inbox:
        """The inbox that mail to this address lands in.

        RFC 5321 §2.4 lets local parts be case-sensitive; test senders expect Bob@ and bob@ to be
        one inbox. `+tag` is stripped for the inbox (RFC 5233 calls it the detail).
        """
        local = _canonical_local(self.local)
        domain = canonical_domain(self.domain)
        return Inbox(f"{local}@{domain}" if _DOT_ATOM.fullmatch(local) else str(Address(local, domain)))

    @classmethod
    def parse(cls, text: str) -> "Address | None":
        """The address written in `text`, as a person or a URL gives it; None when it is none."""
        local, at, domain = text.strip().rpartition("@")
        if not at or not local or not domain or len(text) > _LONGEST or _CONTROL.search(text):
            return None
        if local.startswith('"'):
            if len(local) < 3 or not local.endswith('"'):  # noqa: PLR2004  two quotes and a character
                return None
            local = re.sub(r"\\(.)", r"\1", local[1:-1])
        elif not _DOT_ATOM.fullmatch(local):
            return None
        # As the inbox will have it: normalised, some characters are others, such as U+037E a semicolon.
        return cls(local, domain) if _is_domain(canonical_domain(domain)) else None


def host_of(inbox: Inbox) -> Host:
    """The host of an inbox."""
    return Host(inbox.rpartition("@")[2])


def catch_all(host: Host) -> Inbox:
    """The address that can stand for all of a host's that are not reserved by themselves."""
    return Inbox(f"*@{host}")


def caught_host(inbox: Inbox) -> Host | None:
    """The host for which an address can stand; None for any other address."""
    host = host_of(inbox)
    return host if inbox == catch_all(host) else None


def canonical_domain(domain: str) -> str:
    """`domain` in lower case and A-labels (RFC 5890); a name that IDNA refuses stays as it is, lowered."""
    lowered = domain.lower()
    if lowered.isascii():
        return lowered
    try:
        return idna.encode(lowered, uts46=True).decode("ascii")
    except idna.IDNAError:
        return unicodedata.normalize("NFC", lowered)


def _canonical_local(local: str) -> str:
    lowered = local.lower()
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFC", lowered)
    tag = lowered.find("+", 1)
    return lowered if tag < 0 else lowered[:tag]


def _is_domain(domain: str) -> bool:
    if domain.startswith("["):
        return domain.endswith("]") and " " not in domain
    return all(label and not re.search(r"[\s()<>\[\]:;@\\,\"/]", label) for label in domain.split("."))
