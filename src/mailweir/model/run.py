"""A run: addresses that somebody has for a while, for the tests of one job, under one id.

They are not listed anywhere: every address whose local part begins with the run's is the run's. So a client
makes fresh ones by itself, without a call for each.
"""

import base64
import hashlib
import re
from typing import Final, NewType

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox

RunId = NewType("RunId", str)
"""What a run is called; nobody guesses it, and whoever knows it sees to the run if it is no account's."""

Tag = NewType("Tag", str)
"""What a run's addresses have in common: it tells nothing of the id."""

MOST_ADDRESSES: Final = 1000
"""That are named at once."""

USUAL_ADDRESSES: Final = 10
"""When nothing is said."""

SHORTEST, LONGEST, USUAL = 60, 24 * 60 * 60, 60 * 60
"""Seconds that a run may last."""

LONGEST_NAME: Final = 100
"""Characters of what its owner calls it."""

GRACE: Final = 15 * 60 * 1000
"""Milliseconds for which what comes late stays with a run that is over, and is let go then."""

_PREFIX: Final = "run-"
_BITS: Final = 5  # octets of a tag, and of what tells one address from another: 40 bits
_LETTERS: Final = 8  # of each
_TAG_END: Final = len(_PREFIX) + _LETTERS
_ID: Final = re.compile(r"r_[A-Za-z0-9]{40}")


class Run(Struct, frozen=True):
    """`owner`: who has it in the sense of limits, an account's name or a network.

    `account`: whose mail it is; None: anybody's who knows the address. `addresses`: how many are named. Times
    in milliseconds since the epoch; `freed`: when it ended, None as long as nobody has ended it.
    """

    id: RunId
    host: Host
    owner: str
    account: AccountName | None
    name: str
    addresses: int
    created: int
    expires: int
    freed: int | None = None

    @property
    def tag(self) -> Tag:
        """By which its addresses are known."""
        digest = hashlib.blake2b(b"tag", key=self.id.encode(), digest_size=_BITS).digest()
        return Tag(base64.b32encode(digest).decode().lower())

    @property
    def beginning(self) -> str:
        """How its local parts begin."""
        return f"{_PREFIX}{self.tag}-"

    @property
    def place(self) -> Inbox:
        """Who waits at one of its addresses watches this, too: it is told when the run is over."""
        return Inbox(f"{self.beginning}@{self.host}")

    def inboxes(self) -> list[Inbox]:
        """Those that are named; who knows one of them does not guess the others."""
        octets = hashlib.shake_256(f"addresses {self.id}".encode()).digest(_BITS * self.addresses)
        letters = base64.b32encode(octets).decode().lower()  # eight for each five octets
        beginning, host = self.beginning, self.host
        return [
            Inbox(f"{beginning}{letters[start : start + _LETTERS]}@{host}")
            for start in range(0, len(letters), _LETTERS)
        ]

    def is_over(self, now: int) -> bool:
        """Whether its time is over, or it was freed."""
        return self.freed is not None or self.expires <= now


def tag_of(inbox: Inbox) -> Tag | None:
    """What the run would be known by whose address this is; None for one that cannot be a run's."""
    if not inbox.startswith(_PREFIX) or inbox[_TAG_END : _TAG_END + 1] != "-":
        return None
    return Tag(inbox[len(_PREFIX) : _TAG_END])


def run_id(text: str) -> RunId | None:
    """The id that a client has sent; None for what is none."""
    return RunId(text) if _ID.fullmatch(text) else None
