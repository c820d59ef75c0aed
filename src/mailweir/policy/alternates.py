"""Alternate addresses: what comes to one lands in an inbox that its sender cannot find out, and so not read.

Nothing is kept of them. The local part of the inbox is enciphered under the service's secret, and under the
host, which stays as it is: `inbox-<letters and digits>@host`. The construction is a synthetic IV (RFC 5297)
with HMAC-SHA-256 as its only primitive: the IV is a MAC of what is enciphered, so that the same inbox always
has the same alternate, and what was made up is told from what was made here.
"""

import base64
import hmac
from typing import Final

from mailweir.model.address import Address, Inbox, host_of

PREFIX: Final = "inbox-"
"""How the local part of every alternate begins."""

LONGEST: Final = 30
"""Octets of a local part that has an alternate: that one's has 64 characters then (RFC 5321 §4.5.3.1.1)."""

_IV: Final = 6  # octets: of 2^48 made-up ones one is taken for an inbox, and its mail lost to nobody
_BLOCK: Final = 32  # octets of a SHA-256
_FITTING: Final = 8  # base32 takes characters in eights


class Alternates:
    """`secret` is the service's, the same on all of its nodes."""

    def __init__(self, secret: str) -> None:
        self._for_ivs = _derived(secret, b"mailweir alternate iv")
        self._for_text = _derived(secret, b"mailweir alternate text")

    def of(self, inbox: Inbox) -> str | None:
        """The alternate of an inbox; None for one whose local part is too long, or is an alternate itself."""
        host = host_of(inbox)
        local = inbox[: -len(host) - 1].encode()
        if not 0 < len(local) <= LONGEST or local.startswith(PREFIX.encode()):
            return None
        iv = self._iv(local, host)
        text = base64.b32encode(iv + self._ciphered(local, iv)).decode().rstrip("=").lower()
        return f"{PREFIX}{text}@{host}"

    def inbox(self, address: Address) -> Inbox:
        """Where mail to an address lands: the inbox whose alternate it is, or its own."""
        own = address.inbox
        if not own.startswith(PREFIX):
            return own
        host = host_of(own)
        local = self._deciphered(own[len(PREFIX) : -len(host) - 1], host)
        return own if local is None else Inbox(f"{local}@{host}")

    def _deciphered(self, text: str, host: str) -> str | None:
        try:
            octets = base64.b32decode(text.upper() + "=" * (-len(text) % _FITTING))
        except ValueError:  # no base32
            return None
        iv, ciphered = octets[:_IV], octets[_IV:]
        if not 0 < len(ciphered) <= LONGEST:
            return None
        local = self._ciphered(ciphered, iv)
        if not hmac.compare_digest(iv, self._iv(local, host)):
            return None
        return local.decode()

    def _iv(self, local: bytes, host: str) -> bytes:
        return hmac.digest(self._for_ivs, local + b"@" + host.encode(), "sha256")[:_IV]

    def _ciphered(self, octets: bytes, iv: bytes) -> bytes:
        """Octets with the key stream of this IV; done twice it is undone."""
        blocks = range(-(-len(octets) // _BLOCK))
        stream = b"".join(hmac.digest(self._for_text, iv + bytes((number,)), "sha256") for number in blocks)
        return bytes(one ^ other for one, other in zip(octets, stream, strict=False))


def _derived(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, "sha256")
