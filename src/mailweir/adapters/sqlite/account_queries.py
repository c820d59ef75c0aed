"""The statements behind `SqliteAccounts`; each function works within the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mailweir.adapters.sqlite.driver import Connection, texts
from mailweir.model.account import Account, AccountName, Key, NewKey, OwnedAddress, Scope, Upkeep
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.plan import BUILT_IN, PlanName
from mailweir.model.run import Tag
from mailweir.ports.accounts import TakenError, TooManyError, UnknownAccountError
from mailweir.ports.errors import ConflictError

REMEMBERED: Final = 100_000
"""Changes after which what is gone is forgotten; a directory that was away for longer learns all anew."""

_KEY = "account, name, hint, created, expires, writes, place, manages, used"
_NEW_KEY = """
    INSERT INTO key (digest, account, name, hint, created, number, expires, writes, place, manages)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ACCOUNT = "name, created, capture_private, plan"
_ADDRESS = "inbox, account, info, created, updated, keep_days, keep_messages"
_NEW_ADDRESS = f"INSERT INTO address ({_ADDRESS}, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  a list of columns
_DESCRIBE = "UPDATE address SET info = ?, keep_days = ?, keep_messages = ?, updated = ? WHERE inbox = ?"
_UPKEPT = """
    SELECT inbox FROM address INDEXED BY address_upkeep
    WHERE keep_days IS NOT NULL OR keep_messages IS NOT NULL ORDER BY inbox
"""
_HELD_BY_ANOTHER = "SELECT account FROM domain WHERE host = ? AND held IS NOT NULL AND account <> ?"


def number(connection: Connection) -> int:
    """How many accounts there are; none in a file that was not laid out."""
    laid_out = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'account')"
    return connection.execute("SELECT count(*) FROM account").get if connection.execute(laid_out).get else 0


def add(connection: Connection, account: Account, key: NewKey | None) -> None:
    """A new account, with its first key. Raises ConflictError."""
    name = account.name
    if _is_there(connection, name):
        raise ConflictError(f"there is an account {name} already")
    if connection.execute("SELECT EXISTS (SELECT 1 FROM former WHERE name = ?)", (name,)).get:
        raise ConflictError(f"there was an account {name}; its name is not given again")
    connection.execute("INSERT INTO account (name, created) VALUES (?, ?)", (name, account.created))
    if key is not None:
        add_key(connection, Key(name, key.name, key.hint, account.created, key.scope), key.digest, 1)


def accounts(connection: Connection) -> list[Account]:
    """All of them, by name."""
    rows = connection.execute(f"SELECT {_ACCOUNT} FROM account ORDER BY name")  # noqa: S608  a list of columns
    return [_account(*row) for row in rows]


def account(connection: Connection, name: AccountName) -> Account | None:
    """The one of that name."""
    rows = connection.execute(f"SELECT {_ACCOUNT} FROM account WHERE name = ?", (name,)).fetchall()  # noqa: S608
    return _account(*rows[0]) if rows else None


def set_capture(connection: Connection, name: AccountName, *, private: bool) -> Account | None:
    """Whether what the account captures is saved for it."""
    statement = "UPDATE account SET capture_private = ?, number = ? WHERE name = ?"
    connection.execute(statement, (private, next_number(connection), name))
    return account(connection, name)


def set_plan(connection: Connection, name: AccountName, plan: PlanName) -> Account | None:
    """The account is on that plan. Raises ConflictError."""
    made = connection.execute("SELECT EXISTS (SELECT 1 FROM plan WHERE name = ?)", (plan,)).get
    if not made and plan not in BUILT_IN:
        raise ConflictError(f"there is no plan {plan}")
    statement = "UPDATE account SET plan = ?, number = ? WHERE name = ?"
    connection.execute(statement, (plan, next_number(connection), name))
    return account(connection, name)


def remove(connection: Connection, account: AccountName) -> bool:
    """Removes an account, its keys and its claims."""
    if not _is_there(connection, account):
        return False
    for key in keys(connection, account):
        remove_key(connection, account, key.name)
    for (name,) in connection.execute("SELECT name FROM user WHERE account = ?", (account,)).fetchall():
        remove_user(connection, account, name)
    connection.execute("DELETE FROM journal WHERE account = ?", (account,))
    for owned in addresses(connection, account):
        release(connection, account, owned.inbox)
    for (host,) in connection.execute("SELECT host FROM domain WHERE account = ?", (account,)).fetchall():
        drop_domain(connection, account, Host(host))
    # What is in its runs stays its own until it is let go, a moment later.
    statement = "UPDATE run SET expires = 0, number = ? WHERE account = ? AND freed IS NULL"
    connection.execute(statement, (next_number(connection), account))
    connection.execute("DELETE FROM account WHERE name = ?", (account,))
    connection.execute("INSERT INTO former VALUES (?)", (account,))
    return True


def add_key(connection: Connection, key: Key, digest: bytes, most: int) -> None:
    """A key. Raises UnknownAccountError, TooManyError and ConflictError."""
    require(connection, key.account)
    has = keys(connection, key.account)
    if key.name in {one.name for one in has}:
        raise ConflictError(f"{key.account} has a key {key.name} already")
    if connection.execute("SELECT EXISTS (SELECT 1 FROM key WHERE digest = ?)", (digest,)).get:
        raise ConflictError("this key is in use already")
    if len(has) >= most:
        raise TooManyError(most)
    scope = key.scope
    row = (digest, key.account, key.name, key.hint, key.created, next_number(connection))
    connection.execute(_NEW_KEY, (*row, scope.expires, scope.writes, scope.place, scope.manages))


def keys(connection: Connection, account: AccountName) -> list[Key]:
    """The keys of an account, by name."""
    rows = connection.execute(f"SELECT {_KEY} FROM key WHERE account = ? ORDER BY name", (account,))  # noqa: S608  a list of columns
    return [
        Key(AccountName(owner), name, hint, created, scope(*columns), used)
        for owner, name, hint, created, *columns, used in rows
    ]


def note_uses(connection: Connection, uses: Mapping[bytes, int]) -> None:
    """When keys were used last."""
    connection.executemany(
        "UPDATE key SET used = ? WHERE digest = ?", [(when, digest) for digest, when in uses.items()]
    )


def scope(expires: int | None, writes: int, place: str | None, manages: int) -> Scope:
    """What the columns `expires`, `writes`, `place` and `manages` of a key hold."""
    return Scope(expires, bool(writes), None if place is None else Host(place), bool(manages))


def remove_key(connection: Connection, account: AccountName, name: str) -> bool:
    """The key is unknown from now on."""
    statement = "DELETE FROM key WHERE account = ? AND name = ? RETURNING digest"
    rows = connection.execute(statement, (account, name)).fetchall()
    for (digest,) in rows:
        forget(connection, digest=digest)
        end_sessions(connection, digest)
    return bool(rows)


def end_sessions(connection: Connection, opener: bytes) -> int:
    """Ends what was begun by a key or a password, and says how many those were."""
    ended = connection.execute("DELETE FROM session WHERE key = ? RETURNING digest", (opener,)).fetchall()
    for (session,) in ended:
        forget(connection, digest=session)
    return len(ended)


def remove_user(connection: Connection, account: AccountName, name: str) -> bool:
    """Whoever that was does not sign in any more."""
    of_user = "WHERE account = ? AND name = ?"
    gone = connection.execute(f"DELETE FROM user {of_user} RETURNING credential", (account, name)).fetchall()  # noqa: S608
    for (credential,) in gone:
        forget(connection, digest=credential)
        end_sessions(connection, credential)
    for table in ("recovery", "reset"):
        connection.execute(f"DELETE FROM {table} {of_user}", (account, name))  # noqa: S608
    return bool(gone)


def reserve(connection: Connection, account: AccountName, new: Sequence[OwnedAddress], most: int) -> None:
    """Gives all of these to the account. Raises UnknownAccountError, TakenError and TooManyError."""
    require(connection, account)
    wanted = [one.inbox for one in new]
    statement = "SELECT inbox, account FROM address WHERE inbox IN carray(?) ORDER BY inbox LIMIT 1"
    taken = connection.execute(statement, (texts(wanted),)).fetchall() if wanted else []
    if taken:
        raise TakenError(Inbox(taken[0][0]), AccountName(taken[0][1]))
    for inbox in wanted:
        for (holder,) in connection.execute(_HELD_BY_ANOTHER, (host_of(inbox), account)).fetchall():
            raise TakenError(inbox, AccountName(holder))
    has: int = connection.execute("SELECT count(*) FROM address WHERE account = ?", (account,)).get
    if has + len(new) > most:
        raise TooManyError(most)
    for one in new:
        row = (one.inbox, account, one.info, one.created, one.updated)
        upkeep = (one.upkeep.days, one.upkeep.messages)
        connection.execute(_NEW_ADDRESS, (*row, *upkeep, next_number(connection)))


def describe(
    connection: Connection,
    account: AccountName,
    inbox: Inbox,
    change: Callable[[OwnedAddress], OwnedAddress],
    now: int,
) -> OwnedAddress | None:
    """Another note and upkeep."""
    found = address(connection, inbox)
    if found is None or found.account != account:
        return None
    changed = change(found)
    upkeep = changed.upkeep
    connection.execute(_DESCRIBE, (changed.info, upkeep.days, upkeep.messages, now, inbox))
    return address(connection, inbox)


def release(connection: Connection, account: AccountName, inbox: Inbox) -> OwnedAddress | None:
    """The address as it was, which is nobody's from now on."""
    found = address(connection, inbox)
    if found is None or found.account != account:
        return None
    connection.execute("DELETE FROM address WHERE inbox = ?", (inbox,))
    forget(connection, inbox=inbox)
    return found


def addresses(connection: Connection, account: AccountName) -> list[OwnedAddress]:
    """What an account owns, by address."""
    statement = f"SELECT {_ADDRESS} FROM address WHERE account = ? ORDER BY inbox"  # noqa: S608  as above
    return [_owned(*row) for row in connection.execute(statement, (account,))]


def address(connection: Connection, inbox: Inbox) -> OwnedAddress | None:
    """What is known of one address."""
    rows = connection.execute(f"SELECT {_ADDRESS} FROM address WHERE inbox = ?", (inbox,)).fetchall()  # noqa: S608
    return _owned(*rows[0]) if rows else None


def upkept(connection: Connection) -> list[Inbox]:
    """The addresses that keep mail otherwise than their accounts, by address."""
    return [Inbox(inbox) for (inbox,) in connection.execute(_UPKEPT)]


def drop_domain(connection: Connection, account: AccountName, host: Host) -> None:
    """Ends a claim, and tells directories of it when it held the host."""
    statement = "DELETE FROM domain WHERE account = ? AND host = ? RETURNING held"
    for (held,) in connection.execute(statement, (account, host)).fetchall():
        if held is not None:
            forget(connection, host=host)


def require(connection: Connection, account: AccountName) -> None:
    """Raises UnknownAccountError."""
    if not _is_there(connection, account):
        raise UnknownAccountError(account)


def forget(
    connection: Connection,
    *,
    digest: bytes | None = None,
    inbox: Inbox | None = None,
    host: Host | None = None,
    tag: Tag | None = None,
) -> None:
    """Notes for directories that something is nobody's any more."""
    number = next_number(connection)
    connection.execute("INSERT INTO gone VALUES (?, ?, ?, ?, ?)", (number, digest, inbox, host, tag))
    connection.execute("DELETE FROM gone WHERE number <= ?", (number - REMEMBERED,))


def next_number(connection: Connection) -> int:
    """The number of one more change."""
    return connection.execute("UPDATE change SET last = last + 1 RETURNING last").fetchall()[0][0]


def _is_there(connection: Connection, account: AccountName) -> bool:
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)", (account,)).get)


def _owned(  # noqa: PLR0913, PLR0917  the columns of `_ADDRESS`
    inbox: str, account: str, info: str, created: int, updated: int, days: int | None, messages: int | None
) -> OwnedAddress:
    upkeep = Upkeep(days, messages)
    return OwnedAddress(Inbox(inbox), AccountName(account), info, created, updated, upkeep)


def _account(name: str, created: int, capture_private: int, plan: str) -> Account:
    return Account(AccountName(name), created, bool(capture_private), PlanName(plan))
