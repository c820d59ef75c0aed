"""Who asks, and what he may see: every reader of mail comes by here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from mailweir.model.account import AccountName, Grant
from mailweir.model.address import Host, Inbox, caught_host
from mailweir.model.marks import UNMARKED
from mailweir.model.message import Summary
from mailweir.model.user import Actor, User, UserName
from mailweir.policy import visibility
from mailweir.policy.sharing import Share
from mailweir.policy.visibility import AnonymousRules, Caller, Reader, Refusal
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.mailbox import Shown


class RefusedError(Exception):
    """The reader may not do this; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Caught:
    """What `caller` reads by a catch-all: the mail at a host that is `shown`."""

    host: Host
    caller: Caller
    shown: Shown


@dataclass(frozen=True, slots=True)
class Access:
    """Looks keys and owners up, and asks the rules. Every method but `shows` raises RefusedError.

    `changes` says that more is asked for than reading. `uses` is when which key was used last, by its
    digest; whoever keeps that empties it.
    """

    directory: Directory
    rules: AnonymousRules
    clock: Clock
    uses: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def caller(self, reader: Reader, *, changes: bool = False) -> Caller:
        """Who that is, wherever his key is good for. Whose session is over is somebody without a key."""
        now = self.clock.now()
        if reader.share is not None:
            return self._by_link(reader.share, now, changes=changes)
        digest = self._digest(reader, now)
        if digest is None:
            return self._nobody(reader)
        grant = self.directory.grant_of(digest)
        if grant is None or (grant.scope.expires is not None and grant.scope.expires <= now):
            if reader.key is None:
                return self._nobody(reader)
            raise RefusedError(Refusal.UNKNOWN_KEY)
        if not grant.user:
            self.uses[digest] = now
        elevated = not grant.scope.manages and self._is_elevated(reader, grant, now)
        scope = replace(grant.scope, manages=True) if elevated else grant.scope
        caller = Caller(grant.account, reader.on_loopback, scope)
        if changes:
            _allow(visibility.may_change(caller))
        return caller

    def at(self, reader: Reader, *inboxes: Inbox, changes: bool = False) -> Caller:
        """Who that is, if his key is good for these inboxes."""
        caller = self.caller(reader, changes=changes)
        if inboxes:
            _allow(visibility.is_for(caller, *inboxes))
        return caller

    def enter(self, reader: Reader) -> None:
        """Lets in whoever may see anything here, be it nobody's mail; an unknown key is as good as none."""
        if self.known(reader) is None:
            self._nobody(reader)

    def known(self, reader: Reader) -> AccountName | None:
        """Whose key that is, good or not; None for one that is unknown, and for none. Never raises."""
        grant = self._grant(reader)
        return None if grant is None else grant.account

    def signed_in(self, reader: Reader) -> AccountName:
        """Whose account that is, wherever the key is good for."""
        return self._signed_in(reader)[0]

    def account(self, reader: Reader) -> AccountName:
        """Whose account that is, if the key is good for all of it."""
        account, caller = self._signed_in(reader)
        _allow(visibility.is_for(caller))
        return account

    def account_at(self, reader: Reader, *inboxes: Inbox, changes: bool = False) -> AccountName:
        """Whose account that is, if the key is good for these inboxes."""
        account, caller = self._signed_in(reader, changes=changes)
        _allow(visibility.is_for(caller, *inboxes))
        return account

    def account_at_host(self, reader: Reader, host: Host, *, changes: bool = False) -> AccountName:
        """Whose account that is, if the key is good for all inboxes of that host."""
        account, caller = self._signed_in(reader, changes=changes)
        _allow(visibility.is_for_host(caller, host))
        return account

    def manager_at_host(self, reader: Reader, host: Host) -> AccountName:
        """Whose account that is, if he may also decide what becomes of that host."""
        account, caller = self._signed_in(reader, changes=True)
        _allow(visibility.is_for_host(caller, host))
        _allow(visibility.may_manage(caller))
        return account

    def manager(self, reader: Reader, ip: str, *, changes: bool = False) -> Actor:
        """Who that is, if he may see to users and keys of the account; `ip` is where he is."""
        account, caller = self._signed_in(reader, changes=changes)
        _allow(visibility.is_for(caller))
        _allow(visibility.may_manage_people(caller))
        return Actor(account, self._called(reader), ip)

    def person(self, reader: Reader) -> User:
        """Who has signed in by a password of his own."""
        grant = self._grant(reader)
        user = None if grant is None else self.directory.user(grant.account, UserName(grant.user))
        if user is None:
            raise RefusedError(Refusal.KEY_NEEDED)
        return user

    def domain(self, reader: Reader, host: Host) -> Caller:
        """Who looks at everything that there is at a host of his."""
        caller = self.caller(reader)
        _allow(visibility.may_read_domain(caller, self.directory.holder_of(host)))
        _allow(visibility.is_for_host(caller, host))
        return caller

    def catches(self, inbox: Inbox) -> Host | None:
        """The host whose mail is read by this address; None for one that is no catch-all. Never raises."""
        host = caught_host(inbox)
        if host is None:
            return None
        owner = self.directory.reserver_of(inbox)
        return host if owner is not None and owner == self.directory.holder_of(host) else None

    def caught(self, reader: Reader, inbox: Inbox) -> Caught | None:
        """What this reader reads by an address that is a catch-all.

        None for any other address, and for any reader but the holder of its host: to him it is an address as
        any that somebody has.
        """
        host = self.catches(inbox)
        if host is None:
            return None
        caller = self.caller(reader)
        if visibility.may_read_domain(caller, self.directory.holder_of(host)) is not None:
            return None
        _allow(visibility.is_for_host(caller, host))
        return Caught(
            host, caller, lambda at, saved_by: self.is_caught(at) and self.shows(caller, at, saved_by)
        )

    def is_caught(self, inbox: Inbox) -> bool:
        """Whether its host's catch-all stands for an inbox: it is not reserved by itself. Never raises."""
        return caught_host(inbox) is not None or self.directory.reserver_of(inbox) is None

    def key_name(self, reader: Reader) -> str:
        """What the owner of a key calls it; empty without one."""
        grant = self._grant(reader)
        return "" if grant is None else grant.key_name

    def read(self, reader: Reader, *inboxes: Inbox) -> Caller:
        """Who reads these inboxes; of none it is asked whether he may read public ones."""
        caller = self.at(reader, *inboxes)
        owners: Iterable[AccountName | None] = map(self.directory.owner_of, inboxes) if inboxes else (None,)
        for owner in owners:
            _allow(visibility.may_read(self.rules, caller, owner))
        return caller

    def lessee(self, reader: Reader, *, changes: bool = False) -> Caller:
        """Who has addresses for a while: an account as a whole, or anybody who may read public inboxes."""
        caller = self.caller(reader, changes=changes)
        _allow(visibility.is_for(caller))
        _allow(visibility.may_read(self.rules, caller, None))
        return caller

    def ends(self, reader: Reader) -> Caller:
        """Who gives such addresses back, and with them what has reached them."""
        caller = self.lessee(reader, changes=True)
        _allow(visibility.may_delete(self.rules, caller, None))
        return caller

    def list_all(self, reader: Reader) -> Caller:
        """Who reads all inboxes at once; what is in them is still to be asked about, by `shows`."""
        caller = self.caller(reader)
        _allow(visibility.may_list_all(self.rules, caller))
        return caller

    def delete(self, reader: Reader, inbox: Inbox) -> Caller:
        """Who deletes a message of this inbox."""
        caller = self.at(reader, inbox, changes=True)
        _allow(visibility.may_delete(self.rules, caller, self.directory.owner_of(inbox)))
        return caller

    def clear(self, reader: Reader, inbox: Inbox) -> Caller:
        """Who empties this inbox."""
        caller = self.at(reader, inbox, changes=True)
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

    def all_read(self, caller: Caller) -> Callable[[Inbox], bool]:
        """Whether the caller may look into an inbox, as a question about each of many."""

        def read(inbox: Inbox) -> bool:
            owner = self.directory.owner_of(inbox)
            refusal = visibility.is_for(caller, inbox) or visibility.may_read(self.rules, caller, owner)
            return refusal is None

        return read

    def knows_senders(self, caller: Caller, inbox: Inbox) -> bool:
        """Whether the caller is told who has sent mail that was not taken for this inbox."""
        return visibility.sees_senders(caller, self.directory.owner_of(inbox))

    def only_latest(self, caller: Caller) -> bool:
        """Whether the caller is shown no more of an inbox than its newest message."""
        return visibility.only_latest(self.rules, caller)

    def _nobody(self, reader: Reader) -> Caller:
        """Somebody without an account, where he is let in."""
        caller = Caller(on_loopback=reader.on_loopback, guest=reader.guest)
        _allow(visibility.may_enter(self.rules, caller))
        return caller

    def _by_link(self, share: Share, now: int, *, changes: bool) -> Caller:
        caller = visibility.by_link(share)
        if share.expires <= now:
            raise RefusedError(Refusal.UNKNOWN_KEY)
        if changes:
            _allow(visibility.may_change(caller))
        return caller

    def _grant(self, reader: Reader) -> Grant | None:
        digest = self._digest(reader, self.clock.now())
        return None if digest is None else self.directory.grant_of(digest)

    def _called(self, reader: Reader) -> str:
        grant = self._grant(reader)
        assert grant is not None  # noqa: S101  he has signed in
        return grant.user or f"key {grant.key_name}"

    def _is_elevated(self, reader: Reader, grant: Grant, now: int) -> bool:
        """Whether a member acts as root for a while, and still may."""
        session = None if reader.session is None else self.directory.session(reader.session)
        if reader.key is not None or session is None or session.elevated <= now:
            return False
        user = self.directory.user(grant.account, UserName(grant.user))
        return user is not None and user.elevates

    def _digest(self, reader: Reader, now: int) -> bytes | None:
        """Of the reader's key, or of the one that his session was begun by."""
        if reader.key is not None:
            return reader.key
        session = None if reader.session is None else self.directory.session(reader.session)
        return None if session is None or session.expires <= now else session.key

    def _signed_in(self, reader: Reader, *, changes: bool = False) -> tuple[AccountName, Caller]:
        caller = self.caller(reader, changes=changes)
        if caller.account is None:
            raise RefusedError(Refusal.KEY_NEEDED)
        return caller.account, caller


def _allow(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise RefusedError(refusal)
