"""What has to be known of accounts for every request and every recipient: in memory, so that nobody waits."""

from typing import Protocol

from mailweir.model.account import AccountName, Grant, Session
from mailweir.model.address import Host, Inbox
from mailweir.model.plan import Plan
from mailweir.model.run import Run
from mailweir.model.user import User, UserName


class Directory(Protocol):
    """This process's own picture of keys, owners and hosts, at most a tenth of a second old."""

    def grant_of(self, digest: bytes) -> Grant | None:
        """What the key of that digest stands for, or a user's `credential`, expired or not.

        None for what is unknown.
        """
        ...

    def user(self, account: AccountName, name: UserName) -> User | None:
        """One of the people of an account, with what he signs in by; None when there is nobody so called."""
        ...

    def session(self, digest: bytes) -> Session | None:
        """The session of a token of that digest, expired or not; None for one that is unknown."""
        ...

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox: by its address, by a run, or with all of a private domain.

        None when it is public.
        """
        ...

    def reserver_of(self, inbox: Inbox) -> AccountName | None:
        """Who has reserved this very address; None when nobody has, whoever its host's mail is."""
        ...

    def run_of(self, inbox: Inbox) -> Run | None:
        """The run whose address this is, over or not; None for an address that is no run's."""
        ...

    def holder_of(self, host: Host) -> AccountName | None:
        """Whose domain that is, private or not; None when it is nobody's."""
        ...

    def captures_private(self, account: AccountName) -> bool:
        """Whether what this account captures is saved for it."""
        ...

    def plan_of(self, account: AccountName) -> Plan:
        """What this account may have; UNLIMITED for one that is unknown."""
        ...

    def refresh(self) -> None:
        """Learns at once what was changed up to now. Raises UnavailableError; what was known stays known."""
        ...
