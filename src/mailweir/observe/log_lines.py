"""A bounded queue of finished log lines, and the thread that writes them to a file descriptor.

`put` never waits and never raises: a line that finds the queue full, or a reader that is gone, is
counted, and the count goes out as a line of its own as soon as there is room again.
"""

import os
import queue
import select
import threading
from collections.abc import Callable

_PATIENCE = 1.0  # seconds between two looks at a descriptor that takes nothing just now


class LogLines:
    """Lines on their way to one descriptor. `report` words the line that says how many were dropped."""

    def __init__(self, descriptor: int, capacity: int, report: Callable[[int], bytes]) -> None:
        self._descriptor = descriptor
        self._report = report
        self._queue: queue.Queue[bytes | threading.Event] = queue.Queue(capacity)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._dropped = 0
        self._reported = 0

    @property
    def dropped(self) -> int:
        """How many lines were never written. May miss a few that several threads dropped at once."""
        return self._dropped

    def put(self, line: bytes) -> None:
        """Hands a line over, its end included."""
        if self._thread is None:
            self._start()
        try:
            self._queue.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def flush(self, timeout: float) -> bool:
        """Waits at most `timeout` seconds for what was put so far; False when that was not enough."""
        if self._thread is None:
            return True
        written = threading.Event()
        try:
            self._queue.put(written, timeout=timeout)
        except queue.Full:
            return False
        return written.wait(timeout)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, name="log lines", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            self._write(item)
            if self._dropped != self._reported:
                since = self._dropped - self._reported
                self._reported += since
                self._write(self._report(since))

    def _write(self, line: bytes) -> None:
        try:
            while line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except BlockingIOError:  # somebody else has made the shared descriptor non-blocking
                    select.select((), (self._descriptor,), (), _PATIENCE)
        except OSError:  # the reader is gone
            self._dropped += 1
            self._reported += 1
