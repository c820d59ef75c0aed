"""What `MemoryAccounts` and `MemoryDomains` share, and the directory of it, which knows it at once."""

from mailweir.model.account import Account, AccountName, Grant, Key, OwnedAddress, Session
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.domain import CustomDomain
from mailweir.model.plan import BUILT_IN, UNLIMITED, Plan, PlanName
from mailweir.model.run import Run, Tag, tag_of
from mailweir.model.user import Entry, User, UserName
from mailweir.ports.accounts import UnknownAccountError

Person = tuple[AccountName, UserName]


class Registry:
    """All accounts, their people, keys, addresses and hosts."""

    def __init__(self) -> None:
        self.accounts: dict[AccountName, Account] = {}
        self.keys: dict[bytes, Key] = {}
        self.users: dict[Person, User] = {}
        self.steps: dict[Person, int] = {}
        self.recovery: dict[Person, set[bytes]] = {}
        self.resets: dict[bytes, tuple[AccountName, UserName, int]] = {}
        self.journal: dict[AccountName, list[Entry]] = {}
        self.sessions: dict[bytes, Session] = {}
        self.addresses: dict[Inbox, OwnedAddress] = {}
        self.domains: dict[tuple[Host, AccountName], CustomDomain] = {}
        self.plans: dict[PlanName, Plan] = {}
        self.runs: dict[Tag, Run] = {}
        self.cleared: set[Tag] = set()
        self.former: set[AccountName] = set()

    def require(self, account: AccountName) -> None:
        """Raises UnknownAccountError."""
        if account not in self.accounts:
            raise UnknownAccountError(account)

    def end_sessions(self, key: bytes) -> int:
        """Ends what was begun by a key or a password, and says how many those were."""
        had = len(self.sessions)
        self.sessions = {digest: one for digest, one in self.sessions.items() if one.key != key}
        return had - len(self.sessions)

    def remove_user(self, account: AccountName, name: UserName) -> bool:
        """Forgets one of the people of an account."""
        gone = self.users.pop((account, name), None)
        if gone is None:
            return False
        self.end_sessions(gone.credential)
        self.steps.pop((account, name), None)
        self.recovery.pop((account, name), None)
        self.resets = {at: one for at, one in self.resets.items() if one[:2] != (account, name)}
        return True

    def opener(self, digest: bytes) -> tuple[AccountName, str] | None:
        """Whose key or password a session was begun by, and what its account calls it."""
        key = self.keys.get(digest)
        if key is not None:
            return key.account, f"key {key.name}"
        user = self.by_credential(digest)
        return None if user is None else (user.account, user.name)

    def by_credential(self, digest: bytes) -> User | None:
        """Whose password that stands for."""
        return next((one for one in self.users.values() if one.credential == digest), None)

    def plan(self, name: PlanName) -> Plan | None:
        """The plan of that name."""
        return self.plans.get(name) or BUILT_IN.get(name)

    def holder(self, host: Host) -> CustomDomain | None:
        """The claim of whoever holds a host."""
        claims = (one for (at, _), one in self.domains.items() if at == host)
        return next((one for one in claims if one.held is not None), None)


class MemoryDirectory:
    """The directory of a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def grant_of(self, digest: bytes) -> Grant | None:
        """What the key of that digest stands for."""
        key = self._registry.keys.get(digest)
        if key is not None:
            return Grant(key.account, key.name, key.scope)
        user = self._registry.by_credential(digest)
        return None if user is None else Grant(user.account, "", user.scope, user.name)

    def user(self, account: AccountName, name: UserName) -> User | None:
        """One of the people of an account."""
        return self._registry.users.get((account, name))

    def session(self, digest: bytes) -> Session | None:
        """The session of a token of that digest."""
        return self._registry.sessions.get(digest)

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox for himself."""
        found = self._registry.addresses.get(inbox)
        if found is not None:
            return found.account
        run = self.run_of(inbox)
        if run is not None:
            return run.account
        holder = self._registry.holder(host_of(inbox))
        return holder.account if holder is not None and holder.private else None

    def reserver_of(self, inbox: Inbox) -> AccountName | None:
        """Who has reserved this very address."""
        found = self._registry.addresses.get(inbox)
        return None if found is None else found.account

    def run_of(self, inbox: Inbox) -> Run | None:
        """The run whose address this is."""
        tag = tag_of(inbox)
        run = None if tag is None else self._registry.runs.get(tag)
        return run if run is not None and run.host == host_of(inbox) else None

    def holder_of(self, host: Host) -> AccountName | None:
        """Whose domain that is."""
        holder = self._registry.holder(host)
        return None if holder is None else holder.account

    def captures_private(self, account: AccountName) -> bool:
        """Whether what this account captures is saved for it."""
        found = self._registry.accounts.get(account)
        return found is not None and found.capture_private

    def plan_of(self, account: AccountName) -> Plan:
        """What this account may have."""
        found = self._registry.accounts.get(account)
        return UNLIMITED if found is None else self._registry.plan(found.plan) or UNLIMITED

    def refresh(self) -> None:
        """Nothing is ever unknown here."""
