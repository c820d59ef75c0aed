"""Why mail was slowed, put off or refused: kept for a while for whoever misses it. Nothing stands on it."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from mailweir.model.address import Host, Inbox
from mailweir.model.explanation import Explanation

KEPT_OF_INBOX: Final = 50
"""Explanations that are kept of one inbox: the newest. Who wants to know why looks at the last few."""

KEPT_IN_ALL: Final = 20_000
"""The same of all: some ten megabytes. Beyond it, the rule that has the most loses its oldest.

So whoever has one rule explained again and again hides nothing that others have caused.
"""

KEPT_FOR: Final = 7 * 24 * 3600 * 1000
"""Milliseconds for which one is kept: from one week's run of a job to the next."""

Wanted = Callable[[Inbox], bool]
"""Says of each inbox whether what befell its mail is wanted."""


class Explanations(Protocol):
    """All but `keep` raise UnavailableError. They give the newest first, of those since a moment.

    `since` in milliseconds since the epoch; what is kept no longer is not told even if it is there.
    """

    def keep(self, explanation: Explanation) -> None:
        """One more, which may be lost, and may take a moment to be there.

        Returns at once and never raises.
        """
        ...

    async def of_inbox(self, inbox: Inbox, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """What befell mail for one inbox."""
        ...

    async def at_host(
        self, host: Host, *, limit: int, wanted: Wanted, since: int = 0
    ) -> Sequence[Explanation]:
        """What befell mail for some of the inboxes of a host. `wanted` may be asked in another thread."""
        ...

    async def of_code(
        self, code: str, *, limit: int, since: int = 0, wanted: Wanted | None = None
    ) -> Sequence[Explanation]:
        """What one code stands for: at the wanted inboxes, or wherever it befell, also where nobody knows.

        `wanted` may be asked in another thread.
        """
        ...

    async def latest(self, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """All of it."""
        ...
