"""The statements behind sessions; each function works within the caller's transaction."""

from mailweir.adapters.sqlite.account_queries import forget, next_number
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import AccountName, OpenSession, Session, session_id
from mailweir.ports.errors import ConflictError

_KNOWN = """
    SELECT EXISTS (SELECT 1 FROM key WHERE digest = ?1) OR EXISTS (SELECT 1 FROM user WHERE credential = ?1)
"""
_OPENERS = """
    SELECT digest AS opener, 'key ' || name AS called FROM key WHERE account = ?1
    UNION ALL SELECT credential, name FROM user WHERE account = ?1
"""
_OF_ACCOUNT = f"""
    SELECT session.digest, opened.called, session.created, session.expires
    FROM ({_OPENERS}) AS opened CROSS JOIN session ON session.key = opened.opener
    WHERE session.expires > ?2 ORDER BY session.created DESC, session.digest
"""  # noqa: S608  fixed above
_OLDEST = "SELECT digest FROM session WHERE key = ? ORDER BY expires DESC LIMIT -1 OFFSET ?"


def begin(connection: Connection, digest: bytes, new: Session, now: int, most: int) -> None:
    """A session; those that have expired go, and the oldest of that key when it has too many.

    Raises ConflictError.
    """
    if not connection.execute(_KNOWN, (new.key,)).get:
        raise ConflictError("this key is unknown")
    old = connection.execute("SELECT digest FROM session WHERE expires <= ?", (now,)).fetchall()
    old += connection.execute(_OLDEST, (new.key, most - 1)).fetchall()
    for (gone,) in old:
        end(connection, gone)
    row = (digest, new.key, new.expires, next_number(connection), new.elevated, new.created)
    connection.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", row)


def end(connection: Connection, digest: bytes) -> bool:
    """The session is none from now on; False when it was none."""
    gone = connection.execute("DELETE FROM session WHERE digest = ? RETURNING digest", (digest,)).fetchall()
    if gone:
        forget(connection, digest=digest)
    return bool(gone)


def of_account(connection: Connection, account: AccountName, now: int) -> list[OpenSession]:
    """What is open by the keys and the people of an account, newest first."""
    rows = connection.execute(_OF_ACCOUNT, (account, now))
    return [OpenSession(session_id(digest), called, *times) for digest, called, *times in rows]


def end_one(connection: Connection, account: AccountName, wanted: str) -> bool:
    """Ends the session of that id; False when the account has none such."""
    found = [digest for digest, *_ in connection.execute(_OF_ACCOUNT, (account, 0)).fetchall()]
    wanted_ones = [digest for digest in found if session_id(digest) == wanted]
    for digest in wanted_ones:
        end(connection, digest)
    return bool(wanted_ones)
