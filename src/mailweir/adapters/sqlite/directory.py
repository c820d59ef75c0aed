"""The directory of a process: what `accounts.db` says of keys and owners, kept in memory and up to date.

Whether anything was changed costs 5 µs to ask, so it is asked often; what was changed is fetched by the
number of the change. What is known stays known while the file cannot be read.
"""

import asyncio
from pathlib import Path
from typing import Final

from mailweir.adapters.sqlite.account_queries import REMEMBERED
from mailweir.adapters.sqlite.connection import File, open_file, translated
from mailweir.adapters.sqlite.driver import Connection
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError

_LOOK: Final = 0.05  # seconds


class SqliteDirectory:
    """To be used on one thread. Raises UnavailableError when there is nothing to begin with."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._connection: Connection | None = None
        self._seen = -1  # SQLite's number for the state of the file that was read last
        self._position = 0  # the last change that is known
        self._keys: dict[bytes, tuple[AccountName, str]] = {}
        self._owners: dict[Inbox, AccountName] = {}
        self.refresh()

    def account_of(self, digest: bytes) -> AccountName | None:
        """Whose key this is the digest of."""
        found = self._keys.get(digest)
        return None if found is None else found[0]

    def key_name(self, digest: bytes) -> str:
        """What its owner calls that key."""
        return self._keys.get(digest, ("", ""))[1]

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox for himself."""
        return self._owners.get(inbox)

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
        with connection:  # one picture of all three tables
            last: int = connection.execute("SELECT last FROM change").get
            if last - self._position >= REMEMBERED:
                self._keys.clear()
                self._owners.clear()
                self._position = 0
            self._learn(connection)
        self._position, self._seen = last, state

    def _learn(self, connection: Connection) -> None:
        after = (self._position,)
        for digest, inbox in connection.execute("SELECT digest, inbox FROM gone WHERE number > ?", after):
            self._keys.pop(digest, None)
            self._owners.pop(inbox, None)
        names: dict[str, AccountName] = {}
        statement = "SELECT digest, account, name FROM key WHERE number > ?"
        for digest, account, name in connection.execute(statement, after):
            self._keys[digest] = (names.setdefault(account, AccountName(account)), name)
        for inbox, account in connection.execute(
            "SELECT inbox, account FROM address WHERE number > ?", after
        ):
            self._owners[Inbox(inbox)] = names.setdefault(account, AccountName(account))
