"""The directory of a process: what `accounts.db` says of keys and owners, kept in memory and up to date.

Whether anything was changed costs 5 µs to ask, so it is asked often; what was changed is fetched by the
number of the change. What is known stays known while the file cannot be read.
"""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
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
    """Kept up to date on one thread, and asked from any. Raises UnavailableError when there is no store."""

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
            # What was missed may be forgotten there, and an older file may have been put in the place.
            anew = not 0 <= last - self._position < REMEMBERED
            news = _News.after(connection, 0 if anew else self._position)
        if anew:
            self._keys, self._owners = news.keys, news.owners
        else:
            self._learn(news)
        self._position, self._seen = last, state

    def _learn(self, news: "_News") -> None:
        """Step by step, since others may ask meanwhile: what is owned is nobody's at no moment."""
        self._keys.update(news.keys)
        self._owners.update(news.owners)
        for digest in news.gone_keys - news.keys.keys():
            self._keys.pop(digest, None)
        for inbox in news.gone_inboxes - news.owners.keys():
            self._owners.pop(inbox, None)


@dataclass(frozen=True, slots=True)
class _News:
    """What has come and what has gone after some change."""

    keys: dict[bytes, tuple[AccountName, str]]
    owners: dict[Inbox, AccountName]
    gone_keys: AbstractSet[bytes]
    gone_inboxes: AbstractSet[Inbox]

    @classmethod
    def after(cls, connection: Connection, number: int) -> "_News":
        """All of it before anything is changed, so that an error changes nothing."""
        after = (number,)
        gone = connection.execute("SELECT digest, inbox FROM gone WHERE number > ?", after).fetchall()
        keys = connection.execute("SELECT digest, account, name FROM key WHERE number > ?", after).fetchall()
        owned = connection.execute("SELECT inbox, account FROM address WHERE number > ?", after).fetchall()
        names = {account: AccountName(account) for account in {row[1] for row in (*keys, *owned)}}
        return cls(
            {digest: (names[account], name) for digest, account, name in keys},
            {Inbox(inbox): names[account] for inbox, account in owned},
            {digest for digest, _ in gone if digest is not None},
            {Inbox(inbox) for _, inbox in gone if inbox is not None},
        )
