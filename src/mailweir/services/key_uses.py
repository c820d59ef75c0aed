"""Keeps when keys were used last, a little later and all at once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from mailweir.ports.accounts import Accounts
from mailweir.ports.errors import UnavailableError

_EVERY: Final = 10.0  # seconds


class Using(Protocol):
    """Whoever takes keys."""

    @property
    def uses(self) -> dict[bytes, int]:
        """When which key was used last, by its digest; only keys that are known."""
        ...


@dataclass(frozen=True, slots=True)
class KeyUses:
    """Empties `uses`, which holds no more than there are keys, into the store."""

    accounts: Accounts
    using: Using

    async def run(self) -> None:
        """Keeps what there is every ten seconds, until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            with suppress(UnavailableError):  # the next round keeps it
                await self.keep()

    async def keep(self) -> None:
        """Keeps what there is. Raises UnavailableError, and forgets nothing then."""
        uses = self.using.uses
        known = dict(uses)
        if known:
            await self.accounts.note_uses(known)
        for digest, moment in known.items():
            if uses.get(digest) == moment:  # else it was used once more meanwhile
                del uses[digest]
