"""The statements behind sessions; each function works within the caller's transaction."""

from mailweir.adapters.sqlite.account_queries import forget, next_number
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import Session
from mailweir.ports.errors import ConflictError

_OLDEST = "SELECT digest FROM session WHERE key = ? ORDER BY expires DESC LIMIT -1 OFFSET ?"


def begin(connection: Connection, digest: bytes, new: Session, now: int, most: int) -> None:
    """A session; those that have expired go, and the oldest of that key when it has too many.

    Raises ConflictError.
    """
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM key WHERE digest = ?)", (new.key,)).get:
        raise ConflictError("this key is unknown")
    old = connection.execute("SELECT digest FROM session WHERE expires <= ?", (now,)).fetchall()
    old += connection.execute(_OLDEST, (new.key, most - 1)).fetchall()
    for (gone,) in old:
        end(connection, gone)
    row = (digest, new.key, new.expires, next_number(connection))
    connection.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)


def end(connection: Connection, digest: bytes) -> bool:
    """The session is none from now on; False when it was none."""
    gone = connection.execute("DELETE FROM session WHERE digest = ? RETURNING digest", (digest,)).fetchall()
    if gone:
        forget(connection, digest=digest)
    return bool(gone)
