"""What became of mail that was not taken at once: who may know it, and how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailweir.model.address import Inbox, host_of
from mailweir.model.explanation import Explanation
from mailweir.model.run import Run
from mailweir.policy.blurring import blurred
from mailweir.policy.visibility import Caller, Reader
from mailweir.ports.explanations import Explanations, Wanted
from mailweir.services.access import Access


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All give the newest first, of those since a moment. They raise RefusedError and UnavailableError.

    Whose inbox it is sees all of it; of a public one everybody who may read it sees who did not send it.
    """

    explanations: Explanations
    access: Access

    async def of_inbox(
        self, reader: Reader, inbox: Inbox, *, limit: int, since: int = 0
    ) -> Sequence[Explanation]:
        """What befell mail for one inbox, or for those that a catch-all stands for."""
        caller, wanted = self._at(reader, inbox)
        most = self._most(caller, limit)
        if self.access.caught(reader, inbox) is None:
            found = await self.explanations.of_inbox(inbox, limit=most, since=since)
        else:
            host = host_of(inbox)
            found = await self.explanations.at_host(host, limit=most, wanted=wanted, since=since)
        return self._shown(caller, found)

    async def of_code(
        self, reader: Reader, code: str, inbox: Inbox | None = None, *, limit: int, since: int = 0
    ) -> Sequence[Explanation]:
        """What the code of a reply stands for, at one inbox or at all that the reader may read."""
        if inbox is None:
            caller = self.access.read(reader)
            wanted = self.access.all_read(caller)
        else:
            caller, wanted = self._at(reader, inbox)
        most = self._most(caller, limit)
        found = await self.explanations.of_code(code, limit=most, since=since, wanted=wanted)
        return self._shown(caller, found)

    async def of_run(self, run: Run, *, limit: int) -> Sequence[Explanation]:
        """What befell mail for a run, for somebody of whom it is known that he may see the run."""

        def mine(inbox: Inbox) -> bool:
            return inbox.startswith(run.beginning)

        found = await self.explanations.at_host(run.host, limit=limit, wanted=mine)
        return self._shown(Caller(run.account), found)

    def _at(self, reader: Reader, inbox: Inbox) -> tuple[Caller, Wanted]:
        """Who reads this inbox, and which inboxes that shows him."""
        all_at = self.access.caught(reader, inbox)
        if all_at is None:
            return self.access.read(reader, inbox), lambda at: at == inbox
        return all_at.caller, lambda at: host_of(at) == all_at.host and all_at.shown(at, None)

    def _most(self, caller: Caller, limit: int) -> int:
        return min(limit, 1) if self.access.only_latest(caller) else limit

    def _shown(self, caller: Caller, found: Sequence[Explanation]) -> Sequence[Explanation]:
        return [one if self._is_his(caller, one.inbox) else blurred(one) for one in found]

    def _is_his(self, caller: Caller, inbox: Inbox | None) -> bool:
        return inbox is not None and self.access.knows_senders(caller, inbox)
