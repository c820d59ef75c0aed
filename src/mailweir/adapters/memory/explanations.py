"""Explanations in memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.explanation import Explanation
from mailweir.ports.clock import Clock
from mailweir.ports.explanations import KEPT_FOR, KEPT_IN_ALL, KEPT_OF_INBOX, Wanted


class MemoryExplanations:
    """Those of this process. `kept` has the oldest first."""

    def __init__(self, clock: Clock, *, most: int = KEPT_IN_ALL) -> None:
        """`most`: how many are kept in all."""
        self.kept: list[Explanation] = []
        self._clock = clock
        self._most = most

    def keep(self, explanation: Explanation) -> None:
        """One more."""
        self.kept.append(explanation)
        earliest = self._clock.now() - KEPT_FOR
        self.kept = [one for one in self.kept if one.at >= earliest]
        inbox = explanation.inbox
        if inbox is not None and sum(one.inbox == inbox for one in self.kept) > KEPT_OF_INBOX:
            self._drop(lambda one: one.inbox == inbox)
        if len(self.kept) > self._most:
            ((rule, _),) = Counter(one.ruling.rule for one in self.kept).most_common(1)
            self._drop(lambda one: one.ruling.rule == rule)

    async def of_inbox(self, inbox: Inbox, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """What befell mail for one inbox."""
        return self._newest(lambda one: one.inbox == inbox, limit, since)

    async def at_host(
        self, host: Host, *, limit: int, wanted: Wanted, since: int = 0
    ) -> Sequence[Explanation]:
        """What befell mail for some of the inboxes of a host."""
        return self._newest(
            lambda one: one.inbox is not None and host_of(one.inbox) == host and wanted(one.inbox),
            limit,
            since,
        )

    async def of_code(
        self, code: str, *, limit: int, since: int = 0, wanted: Wanted | None = None
    ) -> Sequence[Explanation]:
        """What one code stands for."""

        def meant(one: Explanation) -> bool:
            here = wanted is None or (one.inbox is not None and wanted(one.inbox))
            return one.ruling.code == code and here

        return self._newest(meant, limit, since)

    async def latest(self, *, limit: int, since: int = 0) -> Sequence[Explanation]:
        """All of it."""
        return self._newest(lambda _: True, limit, since)

    def _newest(self, meant: Callable[[Explanation], bool], limit: int, since: int) -> Sequence[Explanation]:
        earliest = max(since, self._clock.now() - KEPT_FOR)
        found = (one for one in reversed(self.kept) if one.at >= earliest and meant(one))
        return list(islice(found, limit))

    def _drop(self, meant: Callable[[Explanation], bool]) -> None:
        """Loses the oldest of these."""
        del self.kept[next(at for at, one in enumerate(self.kept) if meant(one))]
