"""What anybody may know of the blocklist: which networks and domains are refused, without the reasons."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from mailweir.model.ban import Ban, Subject
from mailweir.services.blocklist import Blocklist

MOST: Final = 10_000
"""Entries of the public list."""

FRESH: Final = 10.0
"""Seconds for which a list holds: a long one takes a tenth of one to make."""


class PublicBans:
    """The look-ups of one door."""

    def __init__(self, blocklist: Blocklist) -> None:
        self._blocklist = blocklist
        self._listed: tuple[float, Sequence[str]] | None = None
        self._alone = asyncio.Lock()

    def refuses(self, subject: Subject) -> bool:
        """Whether mail from there is refused."""
        ban = self._blocklist.deciding(subject)
        return ban is not None and ban.register != "allow"

    async def listed(self) -> Sequence[str]:
        """Domains and networks in order, of ten thousand or more any ten thousand."""
        async with self._alone:
            moment = self._blocklist.monotonic()
            if self._listed is None or moment - self._listed[0] >= FRESH:
                bans = list(islice(_public(self._blocklist.entries()), MOST))
                self._listed = moment, await asyncio.to_thread(_written, bans)
            return self._listed[1]


def _public(bans: Iterator[Ban]) -> Iterator[Ban]:
    return (ban for ban in bans if ban.register != "allow" and ban.subject.kind in {"network", "domain"})


def _written(bans: Sequence[Ban]) -> Sequence[str]:
    return sorted({str(ban.subject) for ban in bans})
