"""The thread that writes explanations: ten times a second at most, whatever comes."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from mailweir.model.explanation import Explanation
from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError

QUEUED: Final = 1_000
"""Explanations that wait to be written: twenty seconds of what a process keeps (`services/explaining`)."""

_PAUSE: Final = 0.1  # seconds in which others gather
_END: Final = 5.0  # seconds that the last batch may take

_log = logs.get()


class ExplanationWriter:
    """Gives `write` batches of what it is given, in a thread of its own that the first one starts.

    What cannot be written is lost and counted.
    """

    def __init__(self, write: Callable[[Sequence[Explanation]], None]) -> None:
        """`write` runs in the thread, and raises UnavailableError when it fails."""
        self._write = write
        self._waiting: deque[Explanation] = deque()
        self._called = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._dropped = 0  # counted by the caller's thread, and the other by ours
        self._failed = 0
        self._well = True

    @property
    def lost(self) -> int:
        """How many were not written and never will be."""
        return self._dropped + self._failed

    def put(self, explanation: Explanation) -> None:
        """One more. Returns at once and never raises."""
        if self._closing.is_set() or len(self._waiting) >= QUEUED or not self._starts():
            self._dropped += 1
            return
        self._waiting.append(explanation)
        if not self._called.is_set():
            self._called.set()

    def end(self) -> bool:
        """Writes what waits; False when the disk hangs, and the thread with it. A second call waits again."""
        self._closing.set()
        self._called.set()
        if self._thread is not None:
            self._thread.join(_END)
        return self._thread is None or not self._thread.is_alive()

    def _starts(self) -> bool:
        """Whether the thread runs."""
        if self._thread is None:
            # A daemon: a disk that hangs keeps no process from ending.
            thread = threading.Thread(target=self._run, name="explanations-writer", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the machine has no more threads: the next one tries again
                return False
            self._thread = thread
        return True

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._called.wait()
            self._called.clear()
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if batch:
                self._try(batch)
            self._closing.wait(_PAUSE)

    def _try(self, batch: Sequence[Explanation]) -> None:
        try:
            self._write(batch)
        except UnavailableError as error:
            self._failed += len(batch)
            if self._well:
                _log.warning("explanations could not be kept and were lost", why=str(error))
            self._well = False
        else:
            self._well = True
