"""Which messages nobody has read yet, and what was read out of them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from mailweir.model.address import Inbox
from mailweir.model.digest import Digest


class Unread(Struct, frozen=True, gc=False):
    """A message that wants a digest. `key` names it to `Digests`, `ip` is the peer that brought it.

    `received` in milliseconds since the epoch, as in `Delivery`.
    """

    key: int
    raw: bytes
    ip: str
    received: int


class Digests(Protocol):
    """The digests of one node. Every method raises UnavailableError when the store is away."""

    async def undigested(self, limit: int) -> Sequence[Unread]:
        """Messages without a digest that were not given out before, oldest first.

        At most `limit`, and fewer when they are large. A new object gives out again what an earlier one
        gave out and nobody digested, so that nothing is forgotten over a restart.
        """
        ...

    async def position(self) -> tuple[int, int]:
        """A number that every message raises by one or more, and by how much `undigested` is behind it."""
        ...

    async def unread(self, key: int) -> Unread | None:
        """One message again; None when it is gone."""
        ...

    async def outdated(self, rules: int, *, after: int, limit: int) -> Sequence[Unread]:
        """Messages whose digest was made by older rules than these, with a larger key, oldest first."""
        ...

    async def count_outdated(self, rules: int) -> int:
        """How many messages `outdated` would give in all."""
        ...

    async def distrust(self) -> None:
        """Has every digest counted as outdated."""
        ...

    async def keep(self, digests: Sequence[tuple[int, Digest]]) -> Sequence[Inbox]:
        """Keeps a digest for each key, in place of an earlier one, and raises their inboxes' revisions.

        Returns the inboxes that have changed; a message that is gone meanwhile changes none.
        """
        ...

    async def tidy(self) -> None:
        """Lets the digests of removed messages go, one slice of them."""
        ...
