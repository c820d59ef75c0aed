"""Who asks, and what he may see: every reader of mail comes by here."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from mailweir.model.account import AccountName, key_hash
from mailweir.model.address import Inbox
from mailweir.model.marks import UNMARKED
from mailweir.model.message import Summary
from mailweir.policy import visibility
from mailweir.policy.visibility import AnonymousRules, Caller, Reader, Refusal
from mailweir.ports.directory import Directory
from mailweir.ports.mailbox import Shown


class RefusedError(Exception):
    """The reader may not do this; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Access:
    """Looks keys and owners up, and asks the rules. Every method but `shows` raises RefusedError."""

    directory: Directory
    rules: AnonymousRules

    def caller(self, reader: Reader) -> Caller:
        """Who that is."""
        if reader.key is None:
            return Caller(on_loopback=reader.on_loopback)
        account = self.directory.account_of(key_hash(reader.key))
        if account is None:
            raise RefusedError(Refusal.UNKNOWN_KEY)
        return Caller(account, reader.on_loopback)

    def account(self, reader: Reader) -> AccountName:
        """Whose account that is."""
        account = self.caller(reader).account
        if account is None:
            raise RefusedError(Refusal.KEY_NEEDED)
        return account

    def key_name(self, reader: Reader) -> str:
        """What the owner of a key calls it; empty without one."""
        return "" if reader.key is None else self.directory.key_name(key_hash(reader.key))

    def read(self, reader: Reader, *inboxes: Inbox) -> Caller:
        """Who reads these inboxes; of none it is asked whether he may read public ones."""
        caller = self.caller(reader)
        owners: Iterable[AccountName | None] = map(self.directory.owner_of, inboxes) if inboxes else (None,)
        for owner in owners:
            _allow(visibility.may_read(self.rules, caller, owner))
        return caller

    def list_all(self, reader: Reader) -> Caller:
        """Who reads all inboxes at once; what is in them is still to be asked about, by `shows`."""
        caller = self.caller(reader)
        _allow(visibility.may_list_all(self.rules, caller))
        return caller

    def delete(self, reader: Reader, inbox: Inbox) -> Caller:
        """Who deletes a message of this inbox."""
        caller = self.caller(reader)
        _allow(visibility.may_delete(self.rules, caller, self.directory.owner_of(inbox)))
        return caller

    def clear(self, reader: Reader, inbox: Inbox) -> Caller:
        """Who empties this inbox."""
        caller = self.caller(reader)
        _allow(visibility.may_clear(self.rules, caller, self.directory.owner_of(inbox)))
        return caller

    def shows(self, caller: Caller, inbox: Inbox, saved_by: AccountName | None) -> bool:
        """Whether the caller sees a message in this inbox that was saved by that account, or by nobody."""
        return visibility.sees(caller, self.directory.owner_of(inbox), saved_by)

    def as_shown(self, caller: Caller, summary: Summary) -> Summary:
        """A message that the caller sees, without what others have noted of it."""
        marks = summary.marks
        if marks == UNMARKED:
            return summary
        owner = self.directory.owner_of(summary.inbox)
        return (
            summary
            if visibility.sees_marks(caller, owner, marks.saved_by)
            else replace(summary, marks=UNMARKED)
        )

    def all_shown(self, caller: Caller) -> Shown:
        """The same as a question about each of many."""
        return lambda inbox, saved_by: self.shows(caller, inbox, saved_by)

    def only_latest(self, caller: Caller) -> bool:
        """Whether the caller is shown no more of an inbox than its newest message."""
        return visibility.only_latest(self.rules, caller)


def _allow(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise RefusedError(refusal)
