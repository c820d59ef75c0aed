"""The time and the names of the machine we run on: the one place where the clock is read."""

import base64
import os
import time

from mailweir.model.message import QueueId

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_TIME_DIGITS = 8  # enough for milliseconds until the year 2059
_RANDOM_OCTETS = 18  # 144 bits, which are 24 characters of base64 without padding
_LETTERS_ONLY = bytes.maketrans(b"+/", b"zZ")


class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        return time.monotonic()


class RandomIds:
    """Queue ids: the time in base 36, so that they sort nearly as they were made, then 144 random bits."""

    def __init__(self) -> None:
        self._moment = -1
        self._prefix = ""

    def message(self) -> QueueId:
        """A queue id of 32 letters and digits that nobody can guess and that no other node makes."""
        moment = time.time_ns() // 1_000_000
        if moment != self._moment:
            self._moment, self._prefix = moment, _base36(moment)
        # Asked of the kernel each time: a reserve would be shared with a forked process.
        noise = base64.b64encode(os.urandom(_RANDOM_OCTETS)).translate(_LETTERS_ONLY)
        return QueueId(self._prefix + noise.decode("ascii"))


def _base36(number: int) -> str:
    digits: list[str] = []
    for _ in range(_TIME_DIGITS):
        number, digit = divmod(number, 36)
        digits.append(_BASE36[digit])
    return "".join(reversed(digits))
