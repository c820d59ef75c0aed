"""The statements behind `SqliteDomains`; each function works within the caller's transaction."""

from typing import Any

from msgspec.structs import replace

from mailweir.adapters.sqlite import account_queries
from mailweir.adapters.sqlite.account_queries import next_number, require
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.domain import Check, CustomDomain
from mailweir.ports.accounts import TooManyError
from mailweir.ports.domains import HeldError
from mailweir.ports.errors import ConflictError

_COLUMNS = "host, account, token, created, updated, held, private, receives, errors, checked"
_SELECT = f"SELECT {_COLUMNS} FROM domain"  # noqa: S608  a list of columns, fixed here
_ADDRESSES_AT = "SELECT inbox, account FROM address WHERE substr(inbox, -length(?1)) = ?1 AND account <> ?2"


def claim(connection: Connection, new: CustomDomain, most: int) -> None:
    """A new claim. Raises UnknownAccountError, TooManyError and ConflictError."""
    account = new.account
    require(connection, account)
    if domain(connection, account, new.host) is not None:
        raise ConflictError(f"the domain {new.host} is claimed already")
    if connection.execute("SELECT count(*) FROM domain WHERE account = ?", (account,)).get >= most:
        raise TooManyError(most)
    _put(connection, new)


def domains(connection: Connection, account: AccountName) -> list[CustomDomain]:
    """What an account claims, by host."""
    rows = connection.execute(f"{_SELECT} WHERE account = ? ORDER BY host", (account,))
    return [_domain(row) for row in rows]


def domain(connection: Connection, account: AccountName, host: Host) -> CustomDomain | None:
    """One claim."""
    rows = connection.execute(f"{_SELECT} WHERE host = ? AND account = ?", (host, account)).fetchall()
    return _domain(rows[0]) if rows else None


def claims(connection: Connection, host: Host) -> list[CustomDomain]:
    """All claims to a host, by account."""
    return [_domain(row) for row in connection.execute(f"{_SELECT} WHERE host = ? ORDER BY account", (host,))]


def holder(connection: Connection, host: Host) -> CustomDomain | None:
    """The claim of whoever holds the host."""
    rows = connection.execute(f"{_SELECT} WHERE host = ? AND held IS NOT NULL", (host,)).fetchall()
    return _domain(rows[0]) if rows else None


def strangers(connection: Connection, account: AccountName, host: Host) -> list[tuple[Inbox, AccountName]]:
    """The addresses at a host that other accounts have reserved, and whose they are."""
    rows = connection.execute(_ADDRESSES_AT, (f"@{host}", account))
    return [(Inbox(inbox), AccountName(owner)) for inbox, owner in rows.fetchall()]


def hold(
    connection: Connection, account: AccountName, host: Host, instead_of: AccountName | None, now: int
) -> CustomDomain | None:
    """Makes a host the account's. Raises HeldError."""
    found = domain(connection, account, host)
    if found is None or found.held is not None:
        return found
    before = holder(connection, host)
    if before is not None:
        if before.account != instead_of:
            raise HeldError(host, before.account)
        _put(connection, replace(before, held=None, updated=now))
    for inbox, owner in strangers(connection, account, host):
        account_queries.release(connection, owner, inbox)
    return _put(connection, replace(found, held=now, updated=now))


def note(
    connection: Connection, account: AccountName, host: Host, check: Check, now: int
) -> CustomDomain | None:
    """What the DNS said."""
    statement = "UPDATE domain SET receives = ?, errors = ?, checked = ? WHERE host = ? AND account = ?"
    connection.execute(statement, (check.receives, check.errors, now, host, account))
    return domain(connection, account, host)


def set_private(
    connection: Connection, account: AccountName, host: Host, now: int, *, private: bool
) -> CustomDomain | None:
    """Whether all mail for the host is the holder's."""
    found = domain(connection, account, host)
    if found is None or found.private == private:
        return found
    return _put(connection, replace(found, private=private, updated=now))


def drop(connection: Connection, account: AccountName, host: Host) -> CustomDomain | None:
    """The claim as it was."""
    found = domain(connection, account, host)
    account_queries.drop_domain(connection, account, host)
    return found


def due(connection: Connection, before: int, limit: int) -> list[CustomDomain]:
    """Claims that were last checked before that moment, or never."""
    condition = "WHERE checked IS NULL OR checked < ? ORDER BY checked LIMIT ?"
    return [_domain(row) for row in connection.execute(f"{_SELECT} {condition}", (before, limit))]


def _put(connection: Connection, one: CustomDomain) -> CustomDomain:
    columns = (one.host, one.account, one.token, one.created, one.updated, one.held)
    checked = (one.private, one.receives, one.errors, one.checked)
    statement = "INSERT OR REPLACE INTO domain VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    connection.execute(statement, (*columns, *checked, next_number(connection)))
    return one


def _domain(row: tuple[Any, ...]) -> CustomDomain:
    host, account, token, created, updated, held, private, receives, errors, checked = row
    return CustomDomain(
        Host(host),
        AccountName(account),
        token,
        created,
        updated,
        held,
        bool(private),
        bool(receives),
        errors,
        checked,
    )
