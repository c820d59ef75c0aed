"""Revisions of inboxes, asked thousands of times a second by those who poll.

Most of them ask while nothing has changed anywhere. Each commit changes the header of its file's
WAL-index before it returns (SQLite's "WAL-mode File Format", §2.1, "frozen" since 3.7.0), so that two
reads of 48 octets tell that what was found a moment ago still holds: 2 µs in place of 60.
"""

import os
from collections import OrderedDict
from pathlib import Path
from typing import Final

from mailweir.adapters.sqlite import queries
from mailweir.adapters.sqlite.connection import MAIL
from mailweir.adapters.sqlite.threads import Reader
from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError

_HEADER: Final = 48  # octets of the copy that a writer writes last
_KNOWN: Final = 4096  # inboxes


class Revisions:
    """For one thread. The headers are those of the files that `reader` has open."""

    def __init__(self, directory: Path, reader: Reader) -> None:
        self._directory = directory
        self._reader = reader
        self._files: list[int] = []
        self._seen: tuple[bytes, ...] = ()
        self._known: OrderedDict[Inbox, int] = OrderedDict()

    def of(self, inbox: Inbox) -> int:
        """The number of this inbox's latest change. Raises UnavailableError."""
        now = tuple(os.pread(file, _HEADER, 0) for file in self._files)
        if now and now == self._seen:
            if (known := self._known.get(inbox)) is not None:
                return known
        else:
            self._known.clear()
        try:
            revision = self._reader.answer(lambda c: queries.revision(c, inbox))
        except UnavailableError:
            self.close()  # its connection is, too: a later one may have other files
            raise
        self._keep(inbox, revision, now)
        return revision

    def close(self) -> None:
        """Lets the files go; a second call does nothing."""
        while self._files:
            os.close(self._files.pop())
        self._known.clear()
        self._seen = ()

    def _keep(self, inbox: Inbox, revision: int, header: tuple[bytes, ...]) -> None:
        """`header` was read before `revision`, which may therefore be newer, and never older."""
        if not header:
            # Only now: the files are there once a connection has read, and stay as long as it does.
            paths = [self._directory / f"{file.database}-shm" for file in MAIL]
            self._files = [os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in paths]
            return
        self._seen = header
        self._known[inbox] = revision
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
