"""Reading mail: who may see what is decided here, by `policy.visibility`, for every reader alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary
from mailweir.policy.visibility import AnonymousRules, Reader, Refusal, may_delete, may_list_all, may_read
from mailweir.ports.mailbox import Mailbox


class RefusedError(Exception):
    """The reader may not do this; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's half of the system. Every method raises RefusedError and UnavailableError."""

    mailbox: Mailbox
    rules: AnonymousRules

    async def inbox(
        self, reader: Reader, inbox: Inbox, *, limit: int, until: int | None = None
    ) -> Sequence[Summary]:
        """The newest messages of one inbox that this reader may see, newest first."""
        _allow(may_read(self.rules, reader))
        if self.rules.reads == "latest":
            newest = await self.mailbox.inbox(inbox, limit=1)
            return [s for s in newest if until is None or s.received <= until][:limit]
        return await self.mailbox.inbox(inbox, limit=limit, until=until)

    async def all(self, reader: Reader, *, limit: int, until: int | None = None) -> Sequence[Summary]:
        """*All mail*, newest first: the page for people on this machine."""
        _allow(may_list_all(self.rules, reader))
        return await self.mailbox.all(limit=limit, until=until)

    async def find(self, reader: Reader, inbox: Inbox, message: MessageId) -> Summary | None:
        """One message; None when this inbox shows this reader none of that id."""
        _allow(may_read(self.rules, reader))
        if self.rules.reads == "latest" and not await self._is_newest(inbox, message):
            return None
        return await self.mailbox.find(inbox, message)

    async def raw(self, reader: Reader, inbox: Inbox, message: MessageId) -> bytes | None:
        """The whole message, byte for byte; None as in `find`."""
        _allow(may_read(self.rules, reader))
        if self.rules.reads == "latest" and not await self._is_newest(inbox, message):
            return None
        return await self.mailbox.raw(inbox, message)

    async def delete(self, reader: Reader, inbox: Inbox, message: MessageId) -> bool:
        """Removes one message for good; False when this reader sees none of that id."""
        _allow(may_delete(self.rules, reader))
        if await self.find(reader, inbox, message) is None:
            return False
        return await self.mailbox.delete(inbox, message)

    async def _is_newest(self, inbox: Inbox, message: MessageId) -> bool:
        newest = await self.mailbox.inbox(inbox, limit=1)
        return bool(newest) and newest[0].id == message


def _allow(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise RefusedError(refusal)
