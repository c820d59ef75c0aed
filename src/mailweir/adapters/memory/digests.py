"""Digests in memory. Each method finishes without waiting, so each is one transaction."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from msgspec.structs import replace

from mailweir.adapters.memory.store import Kept, MemoryStore
from mailweir.model.address import Inbox
from mailweir.model.digest import Digest
from mailweir.ports.digests import Unread

_OCTETS: Final = 8 * 1024 * 1024  # of messages that are given out at once


class MemoryDigests:
    """What was read out of the messages of a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._after = 0

    async def undigested(self, limit: int) -> Sequence[Unread]:
        """Messages without a digest that were not given out before."""
        found = self._found(lambda kept: kept.digest is None, self._after, limit)
        self._after = found[-1].key if found else self._after
        return found

    async def position(self) -> tuple[int, int]:
        """The number of the latest change, and how far behind it the last message is that was given out."""
        return self._store.position, self._store.position - self._after

    async def unread(self, key: int) -> Unread | None:
        """One message again."""
        found = self._found(lambda kept: kept.key == key, key - 1, 1)
        return found[0] if found else None

    async def outdated(self, rules: int, *, after: int, limit: int) -> Sequence[Unread]:
        """Messages whose digest was made by older rules."""
        return self._found(lambda kept: _is_older(kept, rules), after, limit)

    async def count_outdated(self, rules: int) -> int:
        """How many those are."""
        return sum(_is_older(kept, rules) for kept in self._store.messages(0))

    async def distrust(self) -> None:
        """Has every digest counted as outdated."""
        for kept in self._store.messages(0):
            if kept.digest is not None:
                kept.digest = replace(kept.digest, rules=0)

    async def keep(self, digests: Sequence[tuple[int, Digest]]) -> Sequence[Inbox]:
        """Keeps a digest for each key."""
        changed = (inbox for key, digest in digests for inbox in self._store.read(key, digest))
        return list(dict.fromkeys(changed))

    async def tidy(self) -> None:
        """A digest goes with its message."""

    async def close(self) -> None:
        """Nothing runs between two calls."""

    def _found(self, wanted: Callable[[Kept], bool], after: int, limit: int) -> list[Unread]:
        found: list[Unread] = []
        octets = 0
        for kept in islice(filter(wanted, self._store.messages(after)), limit):
            delivery = kept.delivery
            octets += delivery.size
            if found and octets > _OCTETS:
                break
            found.append(Unread(kept.key, delivery.raw, delivery.peer.ip, delivery.received))
        return found


def _is_older(kept: Kept, rules: int) -> bool:
    return kept.digest is not None and kept.digest.rules < rules
