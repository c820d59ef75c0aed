"""Keeps what a server has still to do out of the next figure: waits for its end, or holds it up."""

import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from fakes.server import Server, descendants
from fakes.smtp_client import a_message

_WITHIN: Final = 120.0  # seconds
_LOOK: Final = 0.05  # seconds
_STARTED: Final = 2.0  # seconds in which a server that has just been started still reads its own program
_INBOX: Final = "last@settled.test"


def settle(server: Server, within: float = _WITHIN) -> None:
    """Waits for the digest of a message that comes after all others."""
    last = server.api.drop(_INBOX, a_message("last"))
    ends = time.monotonic() + within
    while True:
        newest = server.api.inbox(_INBOX, 1)[0]
        if newest["_id"] == last and newest["digest"] == "done":
            return
        if time.monotonic() > ends:
            raise TimeoutError(f"digestion did not catch up within {within:g} s")
        time.sleep(_LOOK)  # noqa: TID251  nobody tells us


def settle_in(server: Server) -> None:
    """The same after a start."""
    time.sleep(_STARTED)  # noqa: TID251  nobody tells us
    settle(server)


@contextmanager
def held_up(server: Server) -> Generator[None]:
    """Nothing of it runs meanwhile, so that another server has the machine to itself. For a few seconds:
    after more of them its supervisor would take its children for hung."""
    pids = [server.pid, *descendants(server.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
