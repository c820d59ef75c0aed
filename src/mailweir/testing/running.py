"""The server that a session of tests has started for itself, and that its workers share.

It is a process. Most of a start, 0.5 s of 0.65 s of processor time, is imports either way. A process does
them beside the tests; in a thread they would hold the tests up, and stay in their memory (40 MiB).
"""

import json
import os
import secrets
import select
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailweir.testing import keeper
from mailweir.testing.errors import MailweirError

PATIENCE: Final = 30.0
"""Seconds that a start may take: a machine may be busy."""

_LOOK: Final = 0.01  # seconds between two looks for a server that starts
_END: Final = 10.0  # seconds that an end may take
_DOORS: Final = ("smtp", "submission", "http")


@dataclass(frozen=True, slots=True)
class Running:
    """One server for all who name the same directory, started by whoever makes that.

    It ends when any of them says so, and with the process `owner` at the latest.
    """

    directory: Path
    owner: int

    def begin(self) -> None:
        """Starts it, unless somebody has, and does not wait until it is ready."""
        with suppress(FileExistsError):
            self.directory.mkdir(mode=0o700)
            serve = [
                sys.executable,
                "-P",
                "-m",
                "mailweir",
                "serve",
                "--single",
                f"--data={self.directory}/data",
            ]
            serve += [f"--{door}=127.0.0.1:0" for door in _DOORS]
            start = [sys.executable, "-I", "-S", keeper.__file__, str(self.owner), str(self.directory)]
            silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
            pid = os.posix_spawn(sys.executable, [*start, *serve], os.environ, file_actions=silent)
            self._keeper.write_text(str(pid), "ascii")

    def doors(self) -> dict[str, str]:
        """Where it listens, as `host:port` by door, once it is ready. Raises MailweirError."""
        self.begin()
        ready, failed = self.directory / "doors", self.directory / "failed"
        until = time.monotonic() + PATIENCE
        while not ready.exists():
            if failed.exists():
                raise MailweirError(f"The server has ended. {failed.read_text('utf-8', 'replace')}")
            if time.monotonic() > until:
                raise MailweirError(f"The server is not ready after {PATIENCE:g} s.")
            time.sleep(_LOOK)  # noqa: TID251  the tests wait for it
        return json.loads(ready.read_bytes())

    def end(self) -> None:
        """Ends it, and waits for that; nothing when nobody has started one."""
        try:
            pid = int(self._keeper.read_text("ascii"))
            kept = os.pidfd_open(pid)
        except (OSError, ValueError):
            return
        try:
            signal.pidfd_send_signal(kept, signal.SIGTERM)
            select.select([kept], [], [], _END)
        finally:
            os.close(kept)
        shutil.rmtree(self.directory, ignore_errors=True)  # a keeper that had hardly begun leaves it
        with suppress(ChildProcessError):  # a worker has started it
            os.waitpid(pid, os.WNOHANG)

    @property
    def _keeper(self) -> Path:
        return self.directory / "keeper"


def somewhere() -> Path:
    """A directory that is not there yet, for a server that nobody may ever start."""
    return Path(tempfile.gettempdir()) / f"mailweir-{secrets.token_hex(8)}"
