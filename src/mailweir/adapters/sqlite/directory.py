"""The directory of a process: what `accounts.db` says of keys, owners and hosts, in memory and up to date.

Whether anything was changed costs 5 µs to ask, so it is asked often; what was changed is fetched by the
number of the change. What is known stays known while the file cannot be read.
"""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from mailweir.adapters.sqlite.account_queries import REMEMBERED, scope
from mailweir.adapters.sqlite.connection import File, open_file, translated
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.plans import plans_put
from mailweir.adapters.sqlite.run_queries import RUN, run_of
from mailweir.adapters.sqlite.user_queries import USER, user_of
from mailweir.model.account import AccountName, Grant, Session
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.plan import BUILT_IN, UNLIMITED, Plan, PlanName
from mailweir.model.run import Run, Tag, tag_of
from mailweir.model.user import User, UserName
from mailweir.ports.errors import UnavailableError

_Person = tuple[AccountName, UserName]

_LOOK: Final = 0.05  # seconds


class SqliteDirectory:
    """Kept up to date on one thread, and asked from any. Raises UnavailableError when there is no store."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._connection: Connection | None = None
        self._seen = -1  # SQLite's number for the state of the file that was read last
        self._position = 0  # the last change that is known
        self._known = _Known()
        self.refresh()

    def grant_of(self, digest: bytes) -> Grant | None:
        """What the key of that digest stands for."""
        return self._known.keys.get(digest)

    def user(self, account: AccountName, name: UserName) -> User | None:
        """One of the people of an account."""
        return self._known.users.get((account, name))

    def session(self, digest: bytes) -> Session | None:
        """The session of a token of that digest."""
        return self._known.sessions.get(digest)

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox for himself."""
        known = self._known
        owner = known.owners.get(inbox)
        if owner is not None:
            return owner
        if known.runs and (run := self.run_of(inbox)) is not None:
            return run.account
        if not known.hosts:
            return None
        holder = known.hosts.get(host_of(inbox))
        return holder.account if holder is not None and holder.private else None

    def reserver_of(self, inbox: Inbox) -> AccountName | None:
        """Who has reserved this very address."""
        return self._known.owners.get(inbox)

    def run_of(self, inbox: Inbox) -> Run | None:
        """The run whose address this is."""
        tag = tag_of(inbox)
        run = None if tag is None else self._known.runs.get(tag)
        return run if run is not None and run.host == host_of(inbox) else None

    def holder_of(self, host: Host) -> AccountName | None:
        """Whose domain that is."""
        holder = self._known.hosts.get(host)
        return None if holder is None else holder.account

    def captures_private(self, account: AccountName) -> bool:
        """Whether what this account captures is saved for it."""
        return account in self._known.capturing

    def plan_of(self, account: AccountName) -> Plan:
        """What this account may have."""
        known = self._known
        name = known.on_plan.get(account, UNLIMITED.name)
        return known.plans.get(name) or BUILT_IN.get(name, UNLIMITED)

    def refresh(self) -> None:
        """Learns at once what was changed up to now."""
        try:
            with translated(self._connection):
                if self._connection is None:
                    self._connection = open_file(self._directory, File.ACCOUNTS)
                    self._seen = -1
                self._look(self._connection)
        except UnavailableError:
            self.close()
            raise

    async def run(self) -> None:
        """Keeps up until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK)
            try:
                self.refresh()
            except UnavailableError:
                continue

    def close(self) -> None:
        """A second call does nothing."""
        if self._connection is not None:
            self._connection.close(force=True)
            self._connection = None

    def _look(self, connection: Connection) -> None:
        state: int = connection.execute("PRAGMA data_version").get
        if state == self._seen:
            return
        with connection:  # one picture of all tables
            last: int = connection.execute("SELECT last FROM change").get
            # What was missed may be forgotten there, and an older file may have been put in the place.
            anew = not 0 <= last - self._position < REMEMBERED
            news = _News.after(connection, 0 if anew else self._position)
        known = _Known() if anew else self._known
        known.learn(news)
        self._known = known
        self._position, self._seen = last, state


class _Holder(NamedTuple):
    """Whose a host is, and whether all mail for it is his."""

    account: AccountName
    private: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known."""

    keys: dict[bytes, Grant] = field(default_factory=dict[bytes, Grant])
    users: dict[_Person, User] = field(default_factory=dict[_Person, User])
    sessions: dict[bytes, Session] = field(default_factory=dict[bytes, Session])
    owners: dict[Inbox, AccountName] = field(default_factory=dict[Inbox, AccountName])
    runs: dict[Tag, Run] = field(default_factory=dict[Tag, Run])
    hosts: dict[Host, _Holder] = field(default_factory=dict[Host, _Holder])
    capturing: set[AccountName] = field(default_factory=set[AccountName])
    on_plan: dict[AccountName, PlanName] = field(default_factory=dict[AccountName, PlanName])
    plans: dict[PlanName, Plan] = field(default_factory=dict[PlanName, Plan])

    def learn(self, news: "_News") -> None:
        """Step by step, since others may ask meanwhile: what is owned is nobody's at no moment."""
        self.hosts.update(news.hosts)
        self.keys.update(news.keys)
        self.users.update(news.users)
        self.sessions.update(news.sessions)
        self.owners.update(news.owners)
        self.runs.update(news.runs)
        for digest in news.gone_digests - news.keys.keys() - news.sessions.keys():
            self._forget_user(self.keys.pop(digest, None), digest)
            self.sessions.pop(digest, None)
        for inbox in news.gone_inboxes - news.owners.keys():
            self.owners.pop(inbox, None)
        for tag in news.gone_tags - news.runs.keys():
            self.runs.pop(tag, None)
        for host in news.gone_hosts - news.hosts.keys():
            self.hosts.pop(host, None)
        for account, private in news.capturing.items():
            (self.capturing.add if private else self.capturing.discard)(account)
        self.on_plan.update(news.on_plan)
        self.plans.update(news.plans)
        for name in self.plans.keys() - news.plans.keys():
            del self.plans[name]

    def _forget_user(self, grant: Grant | None, credential: bytes) -> None:
        """Unless he has another password by now."""
        if grant is None or not grant.user:
            return
        person = (grant.account, UserName(grant.user))
        known = self.users.get(person)
        if known is not None and known.credential == credential:
            del self.users[person]


@dataclass(frozen=True, slots=True)
class _News:
    """What has come and what has gone after some change."""

    keys: dict[bytes, Grant]  # of passwords, too
    users: dict[_Person, User]
    sessions: dict[bytes, Session]
    owners: dict[Inbox, AccountName]
    runs: dict[Tag, Run]
    hosts: dict[Host, _Holder]
    capturing: dict[AccountName, bool]
    on_plan: dict[AccountName, PlanName]
    plans: dict[PlanName, Plan]  # all there are: they are few
    gone_digests: AbstractSet[bytes]  # of keys and of sessions
    gone_inboxes: AbstractSet[Inbox]
    gone_hosts: AbstractSet[Host]
    gone_tags: AbstractSet[Tag]

    @classmethod
    def after(cls, connection: Connection, number: int) -> "_News":
        """All of it before anything is changed, so that an error changes nothing."""
        # All rows come twice as fast in a table's own order as by the index on their numbers.
        numbered = "number" if number else "+number"

        def rows(columns: str, table: str, condition: str = "") -> list[Any]:
            statement = f"SELECT {columns} FROM {table} WHERE {numbered} > ? {condition}"  # noqa: S608  fixed below
            return connection.execute(statement, (number,)).fetchall()

        accounts = rows("name, capture_private, plan", "account")
        gone = rows("digest, inbox, host, tag", "gone")
        keys = rows("account, digest, name, expires, writes, place, manages", "key")
        users = list(map(user_of, rows(USER, "user")))
        owned = rows("account, inbox", "address")
        held = rows("account, host, private", "domain", "AND held IS NOT NULL")
        # One text for each account, however much it has.
        names = {account: AccountName(account) for account in {row[0] for row in (*keys, *owned, *held)}}
        return cls(
            {digest: Grant(names[account], name, scope(*columns)) for account, digest, name, *columns in keys}
            | {one.credential: Grant(one.account, "", one.scope, one.name) for one in users},
            {(one.account, one.name): one for one in users},
            {
                digest: Session(*columns)
                for digest, *columns in rows("digest, key, expires, elevated, created", "session")
            },
            {Inbox(inbox): names[account] for account, inbox in owned},
            {run.tag: run for run in (run_of(*row) for row in rows(RUN, "run"))},
            {Host(host): _Holder(names[account], bool(private)) for account, host, private in held},
            {AccountName(name): bool(private) for name, private, _ in accounts},
            {AccountName(name): PlanName(plan) for name, _, plan in accounts},
            {plan.name: plan for plan in plans_put(connection)},
            {digest for digest, *_ in gone if digest is not None},
            {Inbox(inbox) for _, inbox, *_ in gone if inbox is not None},
            {Host(host) for _, _, host, _ in gone if host is not None},
            {Tag(tag) for *_, tag in gone if tag is not None},
        )
