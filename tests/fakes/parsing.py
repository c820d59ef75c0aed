"""What a worker of the parser pool does in tests: as the message says."""

import os
import signal
import time
from typing import NoReturn

from mailweir.model.digest import Brief, Digest

ACTS = "fakes.parsing:act"


def act(raw: bytes) -> Digest:
    """Hangs, crashes, raises, grows or answers, as the first word of the message says."""
    word, _, rest = raw.partition(b" ")
    if word == b"busy":
        _busy(float(rest or b"3600"))
    elif word == b"sleep":
        time.sleep(float(rest or b"3600"))  # noqa: TID251  a hang that takes no processor time
    elif word == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == b"raise":
        raise KeyError(raw)
    elif word == b"deep":
        _deep(0)
    elif word == b"grow":
        bytearray(4 << 30)
    return Digest(Brief("done", subject=f"{word.decode()} by {os.getpid()}"), text=f"{len(raw)}")


def _busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def _deep(level: int) -> NoReturn:
    _deep(level + 1)
