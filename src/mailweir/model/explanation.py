"""Why a delivery was slowed, refused or dropped, as the owner of the address and the operator may read it."""

from msgspec import Struct

from mailweir.model.address import Inbox
from mailweir.model.ruling import Ruling


class Explanation(Struct, frozen=True, gc=False):
    """`at` in milliseconds since the epoch (UTC); `inbox` is None where nobody knew whom mail was for.

    `hello` and `sender` are the peer's words, unverified; `sender` is None for the null path. `acted` is
    False in a dry run: then it would have been so. `reply` is what the peer was told, empty when it was
    only held.
    """

    at: int
    ruling: Ruling
    ip: str
    hello: str
    sender: str | None
    inbox: Inbox | None
    acted: bool
    reply: str
