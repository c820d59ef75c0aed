"""Sorting mail: stars, labels, folders, read or not. Of what belongs to an account, by that account."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.marks import Folder, Marks
from mailweir.model.message import MessageId, Summary
from mailweir.policy import marking
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.accounts import TooManyError
from mailweir.services.access import RefusedError
from mailweir.services.reading import Reading


@dataclass(frozen=True, slots=True)
class Marking:
    """Every method gives the message as it is then, None when this reader sees none of that id.

    All raise RefusedError and UnavailableError, `star` also TooManyError.
    """

    reading: Reading

    async def star(self, reader: Reader, inbox: Inbox, message: MessageId) -> Summary | None:
        """Saves a message for the reader's account, or lets it go again.

        What is saved nobody else sees, also in a public inbox, and retention leaves it.
        """
        account = self.reading.access.account_at(reader, inbox, changes=True)
        found = await self.reading.find(reader, inbox, message)
        if found is None:
            return None
        saving = found.marks.saved_by is None
        if saving and await self.reading.mailbox.saved_number(account) >= marking.STARS:
            raise TooManyError(marking.STARS)
        return await self._marked(found, account, partial(marking.toggled, account=account))

    async def label(self, reader: Reader, inbox: Inbox, message: MessageId, label: str) -> Summary | None:
        """Puts a label on."""
        return await self._sorted(reader, inbox, message, partial(marking.labelled, label=label))

    async def unlabel(self, reader: Reader, inbox: Inbox, message: MessageId, label: str) -> Summary | None:
        """Takes a label off."""
        return await self._sorted(reader, inbox, message, partial(marking.unlabelled, label=label))

    async def relabel(
        self, reader: Reader, inbox: Inbox, message: MessageId, labels: tuple[str, ...]
    ) -> Summary | None:
        """Puts these labels in the place of all others."""
        return await self._sorted(reader, inbox, message, partial(marking.relabelled, labels=labels))

    async def move(self, reader: Reader, inbox: Inbox, message: MessageId, folder: Folder) -> Summary | None:
        """Puts it into a folder."""
        return await self._sorted(reader, inbox, message, partial(marking.moved, folder=folder))

    async def note(self, reader: Reader, inbox: Inbox, message: MessageId, *, read: bool) -> Summary | None:
        """Notes that it was read, or was not."""
        return await self._sorted(reader, inbox, message, partial(marking.noted, read=read))

    async def _sorted(
        self, reader: Reader, inbox: Inbox, message: MessageId, change: Callable[[Marks], Marks]
    ) -> Summary | None:
        access = self.reading.access
        account = access.account_at(reader, inbox, changes=True)
        found = await self.reading.find(reader, inbox, message)
        if found is None:
            return None
        if not marking.may_mark(account, access.directory.owner_of(found.inbox), found.marks):
            raise RefusedError(Refusal.NOT_YOURS_TO_SORT)
        return await self._marked(found, account, change)

    async def _marked(
        self, found: Summary, account: AccountName, change: Callable[[Marks], Marks]
    ) -> Summary | None:
        """Somebody else may have saved it in the meantime, who then has it."""

        def unless_anothers(marks: Marks) -> Marks:
            return change(marks) if marks.saved_by in {None, account} else marks

        marked = await self.reading.mailbox.mark(found.inbox, found.id, unless_anothers)
        return marked if marked is not None and marked.marks.saved_by in {None, account} else None
