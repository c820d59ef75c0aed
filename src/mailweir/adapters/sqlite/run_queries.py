"""The statements behind `SqliteRuns`; each function works within the caller's transaction."""

from typing import Final

from mailweir.adapters.sqlite.account_queries import forget, next_number, require
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import AccountName
from mailweir.model.address import Host
from mailweir.model.run import GRACE, Run, RunId
from mailweir.ports.accounts import TooManyError
from mailweir.ports.errors import ConflictError

RUN: Final = "id, host, owner, account, name, addresses, created, expires, freed"
"""The columns of `run_of`."""

_NEW = f"INSERT INTO run (tag, {RUN}, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  a list of columns
_DUE = f"""
    SELECT {RUN} FROM run INDEXED BY run_running WHERE freed IS NULL AND expires <= ?1
    UNION SELECT {RUN} FROM run INDEXED BY run_uncleared WHERE freed IS NOT NULL AND NOT cleared
    UNION SELECT {RUN} FROM run INDEXED BY run_freed WHERE freed <= ?2
    LIMIT ?3
"""  # noqa: S608  as above


def run_of(  # noqa: PLR0913, PLR0917  the columns of `RUN`
    run: str,
    host: str,
    owner: str,
    account: str | None,
    name: str,
    addresses: int,
    created: int,
    expires: int,
    freed: int | None,
) -> Run:
    """What the columns of `RUN` hold."""
    whose = None if account is None else AccountName(account)
    return Run(RunId(run), Host(host), owner, whose, name, addresses, created, expires, freed)


def lend(connection: Connection, run: Run, most: int, most_of_all: int) -> None:
    """A new run. Raises TooManyError, UnknownAccountError and ConflictError."""
    if run.account is not None:
        require(connection, run.account)
    if connection.execute("SELECT EXISTS (SELECT 1 FROM run WHERE tag = ?)", (run.tag,)).get:
        raise ConflictError("this tag is in use already")
    if connection.execute("SELECT count(*) FROM run WHERE owner = ?", (run.owner,)).get >= most:
        raise TooManyError(most)
    of_kind = "SELECT count(*) FROM run WHERE (account IS NULL) = ?"
    if connection.execute(of_kind, (run.account is None,)).get >= most_of_all:
        raise TooManyError(most_of_all)
    whose = (run.id, run.host, run.owner, run.account, run.name, run.addresses)
    times = (run.created, run.expires, run.freed)
    connection.execute(_NEW, (run.tag, *whose, *times, next_number(connection)))


def runs(connection: Connection, account: AccountName) -> list[Run]:
    """Those of an account, newest first."""
    statement = f"SELECT {RUN} FROM run WHERE account = ? ORDER BY created DESC, id"  # noqa: S608  as above
    return [run_of(*row) for row in connection.execute(statement, (account,))]


def run(connection: Connection, name: RunId) -> Run | None:
    """The one of that id."""
    rows = connection.execute(f"SELECT {RUN} FROM run WHERE id = ?", (name,)).fetchall()  # noqa: S608  as above
    return run_of(*rows[0]) if rows else None


def free(connection: Connection, name: RunId, at: int) -> bool:
    """The run is over."""
    statement = "UPDATE run SET freed = ?, number = ? WHERE id = ? AND freed IS NULL RETURNING id"
    return bool(connection.execute(statement, (at, next_number(connection), name)).fetchall())


def note_cleared(connection: Connection, name: RunId) -> None:
    """All that had reached it is gone."""
    connection.execute("UPDATE run SET cleared = 1 WHERE id = ?", (name,))


def due(connection: Connection, now: int, limit: int) -> list[Run]:
    """Those that are to be looked after."""
    return [run_of(*row) for row in connection.execute(_DUE, (now, now - GRACE, limit))]


def remove(connection: Connection, name: RunId) -> None:
    """Its addresses are nobody's."""
    for (tag,) in connection.execute("DELETE FROM run WHERE id = ? RETURNING tag", (name,)).fetchall():
        forget(connection, tag=tag)
