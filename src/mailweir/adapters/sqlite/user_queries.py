"""The statements behind `SqliteUsers`; each function works within the caller's transaction."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from mailweir.adapters.sqlite.account_queries import end_sessions, forget, next_number, require
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.user import Act, Entry, Role, Traits, User, UserName
from mailweir.ports.accounts import TooManyError
from mailweir.ports.errors import ConflictError
from mailweir.ports.users import BY_ACTOR, JOURNAL, RESETS

USER: Final = "account, name, role, created, credential, password, totp, elevates, mail, identity"
"""The columns that `user_of` reads."""

_NEW = f"INSERT INTO user ({USER}, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  fixed above
_CHANGE = """
    UPDATE user SET role = ?, elevates = ?, mail = ?, identity = ?, number = ? WHERE account = ? AND name = ?
"""
_SET_PASSWORD = "UPDATE user SET password = ?, credential = ?, number = ? WHERE account = ? AND name = ?"  # noqa: S105
_SET_TOTP = "UPDATE user SET totp = ?, step = 0, number = ? WHERE account = ? AND name = ?"
_SPEND_STEP = "UPDATE user SET step = ?3 WHERE account = ?1 AND name = ?2 AND step < ?3 RETURNING step"
_SPEND_RECOVERY = "DELETE FROM recovery WHERE account = ? AND name = ? AND digest = ? RETURNING name"
_OLD_RESETS = """
    DELETE FROM reset WHERE digest IN (
        SELECT digest FROM reset WHERE account = ? AND name = ? ORDER BY expires DESC LIMIT -1 OFFSET ?
    )
"""
_OLD_ENTRIES = """
    DELETE FROM journal WHERE account = ?1 AND number <= (
        SELECT number FROM journal WHERE account = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2
    )
"""
_OLD_OF_ACTOR = """
    DELETE FROM journal WHERE account = ?1 AND actor = ?2 AND number <= (
        SELECT number FROM journal WHERE account = ?1 AND actor = ?2 ORDER BY number DESC LIMIT 1 OFFSET ?3
    )
"""


def user_of(row: Sequence[Any]) -> User:
    """Somebody, from the columns `USER`."""
    account, name, role, created, credential, password, totp, elevates, mail, identity = row
    return User(
        AccountName(account),
        UserName(name),
        Role(role),
        created,
        credential,
        password,
        totp,
        bool(elevates),
        None if mail is None else Inbox(mail),
        identity,
    )


def add(connection: Connection, new: User, most: int) -> None:
    """One more. Raises UnknownAccountError, TooManyError and ConflictError."""
    require(connection, new.account)
    has = users(connection, new.account)
    if new.name in {one.name for one in has}:
        raise ConflictError(f"{new.account} has a user {new.name} already")
    if len(has) >= most:
        raise TooManyError(most)
    _refuse_taken(connection, new.account, new.name, new.identity)
    row = (new.account, new.name, new.role.value, new.created, new.credential)
    more = (new.password, new.totp, new.elevates, new.mail, new.identity)
    connection.execute(_NEW, (*row, *more, next_number(connection)))


def users(connection: Connection, account: AccountName) -> list[User]:
    """The people of an account."""
    rows = connection.execute(f"SELECT {USER} FROM user WHERE account = ? ORDER BY name", (account,))  # noqa: S608
    return list(map(user_of, rows))


def user(connection: Connection, account: AccountName, name: UserName) -> User | None:
    """One of them."""
    statement = f"SELECT {USER} FROM user WHERE account = ? AND name = ?"  # noqa: S608  as above
    rows = connection.execute(statement, (account, name)).fetchall()
    return user_of(rows[0]) if rows else None


def change(
    connection: Connection, account: AccountName, name: UserName, changed: Callable[[Traits], Traits]
) -> User | None:
    """Has other traits."""
    known = user(connection, account, name)
    if known is None:
        return None
    traits = changed(known.traits)
    _refuse_taken(connection, account, name, traits.identity)
    row = (traits.role.value, traits.elevates, traits.mail, traits.identity)
    connection.execute(_CHANGE, (*row, next_number(connection), account, name))
    return user(connection, account, name)


def by_identity(connection: Connection, identity: str) -> User | None:
    """Whom the OpenID provider calls so."""
    rows = connection.execute(f"SELECT {USER} FROM user WHERE identity = ?", (identity,)).fetchall()  # noqa: S608
    return user_of(rows[0]) if rows else None


def set_password(
    connection: Connection,
    account: AccountName,
    name: UserName,
    password: str,
    credential: bytes,
    former: bytes | None,
) -> User | None:
    """Another password, by which no session has begun yet."""
    known = user(connection, account, name)
    if known is None or former not in {None, known.credential}:
        return None
    forget(connection, digest=known.credential)
    end_sessions(connection, known.credential)
    connection.execute(_SET_PASSWORD, (password, credential, next_number(connection), account, name))
    connection.execute("DELETE FROM reset WHERE account = ? AND name = ?", (account, name))
    return user(connection, account, name)


def set_totp(
    connection: Connection,
    account: AccountName,
    name: UserName,
    secret: str | None,
    recovery: Sequence[bytes],
) -> User | None:
    """Asks for one-time codes, or for none."""
    connection.execute(_SET_TOTP, (secret, next_number(connection), account, name))
    connection.execute("DELETE FROM recovery WHERE account = ? AND name = ?", (account, name))
    changed = user(connection, account, name)
    if changed is not None:
        rows = [(account, name, digest) for digest in recovery]
        connection.executemany("INSERT INTO recovery VALUES (?, ?, ?)", rows)
    return changed


def spend_step(connection: Connection, account: AccountName, name: UserName, step: int) -> bool:
    """Whether the code of that step was not used yet."""
    return bool(connection.execute(_SPEND_STEP, (account, name, step)).fetchall())


def spend_recovery(connection: Connection, account: AccountName, name: UserName, digest: bytes) -> bool:
    """Whether that is a recovery code that was not used yet."""
    return bool(connection.execute(_SPEND_RECOVERY, (account, name, digest)).fetchall())


def begin_reset(
    connection: Connection, account: AccountName, name: UserName, digest: bytes, expires: int
) -> bool:
    """A link to a new password."""
    if user(connection, account, name) is None:
        return False
    connection.execute("INSERT INTO reset VALUES (?, ?, ?, ?)", (digest, account, name, expires))
    connection.execute(_OLD_RESETS, (account, name, RESETS))
    return True


def reset_of(connection: Connection, digest: bytes, now: int) -> User | None:
    """Whose link that is."""
    statement = "SELECT account, name FROM reset WHERE digest = ? AND expires > ?"
    rows = connection.execute(statement, (digest, now)).fetchall()
    return user(connection, *rows[0]) if rows else None


def reset_password(
    connection: Connection, digest: bytes, now: int, password: str, credential: bytes
) -> User | None:
    """The same, with this password."""
    found = reset_of(connection, digest, now)
    connection.execute("DELETE FROM reset WHERE expires <= ?", (now,))
    if found is None:
        return None
    return set_password(connection, found.account, found.name, password, credential, None)


def note(connection: Connection, account: AccountName, entry: Entry) -> None:
    """Keeps what was done."""
    row = (account, entry.at, entry.actor, entry.act.value, entry.what, entry.ip)
    connection.execute(
        "INSERT INTO journal (account, at, actor, act, what, ip) VALUES (?, ?, ?, ?, ?, ?)", row
    )
    connection.execute(_OLD_ENTRIES, (account, JOURNAL))
    connection.execute(_OLD_OF_ACTOR, (account, entry.actor, BY_ACTOR))


def journal(connection: Connection, account: AccountName, limit: int) -> list[Entry]:
    """What was done, newest first."""
    statement = """
        SELECT at, actor, act, what, ip FROM journal WHERE account = ? ORDER BY number DESC LIMIT ?
    """
    rows = connection.execute(statement, (account, limit))
    return [Entry(at, actor, Act(act), what, ip) for at, actor, act, what, ip in rows]


def _refuse_taken(connection: Connection, account: AccountName, name: UserName, identity: str | None) -> None:
    """Raises ConflictError when somebody else has that identity."""
    has = None if identity is None else by_identity(connection, identity)
    if has is not None and (has.account, has.name) != (account, name):
        raise ConflictError("somebody else signs in by that identity")
