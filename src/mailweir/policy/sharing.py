"""Share links: who has one reads one message, for a while, by the right of the account that made it.

Nothing is kept of them. A link's token says all that there is to know, signed under the service's secret with
HMAC-SHA-256: what was made up, or changed in one character, is none. Whether the account may still read the
message is asked anew each time that a link is followed.
"""

import base64
import hmac
from typing import Final

import msgspec
from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId

MOST_HOURS: Final = 720
"""Hours for which a link may be good: thirty days."""

USUAL_HOURS: Final = 24

LONGEST: Final = 2048
"""Characters of a token: an inbox has 320 octets, an account 64, a message id 69."""

_MAC: Final = 32  # octets of a SHA-256


class Share(Struct, frozen=True, array_like=True):
    """What a link opens, by whose right, and until when (milliseconds since the epoch)."""

    account: AccountName
    inbox: Inbox
    message: MessageId
    expires: int


class Links:
    """`secret` is the service's, the same on all of its nodes."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"mailweir share link", "sha256")

    def token(self, share: Share) -> str:
        """Letters, digits, dashes and underscores."""
        said = msgspec.msgpack.encode(share)
        return _text(self._mac(said) + said)

    def share(self, token: str) -> Share | None:
        """What a token stands for, expired or not; None for one that was not made here."""
        if len(token) > LONGEST or not token.isascii():
            return None
        try:
            octets = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        mac, said = octets[:_MAC], octets[_MAC:]
        # What base64 passes over, such as the last bits of the last character, is no part of a token either.
        if not hmac.compare_digest(mac, self._mac(said)) or token != _text(octets):
            return None
        return msgspec.msgpack.decode(said, type=Share)

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
