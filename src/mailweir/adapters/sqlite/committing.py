"""Where a committer works: beside the event loop, in a thread here or in a process of its own."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from mailweir.adapters.sqlite.committer import Committer, Outcome
from mailweir.model.message import Delivery
from mailweir.ports.intake import Room


class Committing(Protocol):
    """A `Committer` that is asked without waiting; what it raises is what the futures raise."""

    def commit(self, deliveries: Sequence[Delivery]) -> "asyncio.Future[list[Outcome]]":
        """As `Committer.commit`. What is asked meanwhile is done afterwards, in the same order."""
        ...

    def measure(self, *, refused: bool) -> "asyncio.Future[Room]":
        """As `Committer.room`."""
        ...

    def close(self) -> None:
        """To be called when nothing is asked any more; a second call does nothing."""
        ...


class CommitterThread:
    """One thread of this process: little memory, and slow beside a busy loop.

    Each time the thread has been in SQLite it waits for the interpreter's lock, and as long as it waits
    every callback of the loop wakes it in vain: 6 system calls a message (decision 0007).
    """

    def __init__(self, committer: Committer) -> None:
        """On a running loop."""
        self._loop = asyncio.get_running_loop()  # kept: asking for it costs a system call
        self._committer = committer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="committer")

    def commit(self, deliveries: Sequence[Delivery]) -> "asyncio.Future[list[Outcome]]":
        """As `Committing` says."""
        return self._loop.run_in_executor(self._thread, self._committer.commit, deliveries)

    def measure(self, *, refused: bool) -> "asyncio.Future[Room]":
        """As `Committing` says."""
        return self._loop.run_in_executor(self._thread, lambda: self._committer.room(refused=refused))

    def close(self) -> None:
        """As `Committing` says."""
        self._thread.shutdown()
        self._committer.close()
