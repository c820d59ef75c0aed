"""Kept mail in memory. Each method finishes without waiting, so each is one transaction."""

from collections.abc import Sequence
from itertools import islice

from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary

_SLICE = 50  # copies that one `expire` removes, well under a millisecond


class MemoryMailbox:
    """Reads and lets go what a `MemoryStore` holds."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def inbox(self, inbox: Inbox, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """The newest `limit` messages, newest first."""
        copies = self._store.newest(inbox)
        return list(islice((c for c in copies if until is None or c.received <= until), limit))

    async def all(self, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """The same over every inbox."""
        copies = self._store.newest()
        return list(islice((c for c in copies if until is None or c.received <= until), limit))

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message of this inbox."""
        return self._store.find(inbox, message)

    async def raw(self, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message as it was kept."""
        copy = self._store.find(inbox, message)
        return None if copy is None else self._store.raw(copy)

    async def delete(self, inbox: Inbox, message: MessageId) -> bool:
        """Removes one copy for good."""
        copy = self._store.find(inbox, message)
        if copy is None:
            return False
        self._store.remove([copy])
        return True

    async def revision(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change."""
        return self._store.revision(inbox)

    async def expire(self, *, before: int, keep: int) -> int:
        """Removes one slice of what retention lets go."""
        copies = self._store.let_go(before=before, keep=keep, slice_size=_SLICE)
        self._store.remove(copies)
        if not copies:
            self._store.forget()
        return len(copies)

    async def close(self) -> None:
        """Nothing runs between two calls."""
