"""The time and the names of the machine we run on: the one place where the clock is read."""

import base64
import os
import secrets
import string
import time

from mailweir.model.account import KEY_PREFIX
from mailweir.model.domain import PROOF_PREFIX
from mailweir.model.message import QueueId

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)  # two digits at a time
_TIME_PAIRS = 4  # enough for milliseconds until the year 2059
_NOISE = 24  # characters of base64 without padding, which are 144 bits
_DRAWN = 64  # ids whose noise is drawn at once: each draw hands the interpreter's lock over
_ALPHABET = string.ascii_letters + string.digits
_TYPED = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks like another
_KEY, _TOKEN = 40, 24  # characters
_GROUP = 5  # characters
_CODES_SECRET, _CREDENTIAL = 20, 32  # octets
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
        self._noises: list[str] = []
        os.register_at_fork(after_in_child=self._noises.clear)  # else two processes would make the same ids

    def message(self) -> QueueId:
        """A queue id of 32 letters and digits that nobody can guess and that no other node makes."""
        moment = time.time_ns() // 1_000_000
        if moment != self._moment:
            self._moment, self._prefix = moment, _base36(moment)
        noises = self._noises
        if not noises:
            drawn = (
                base64.b64encode(os.urandom(_NOISE * 3 // 4 * _DRAWN))
                .translate(_LETTERS_ONLY)
                .decode("ascii")
            )
            noises += [drawn[start : start + _NOISE] for start in range(0, len(drawn), _NOISE)]
        return QueueId(self._prefix + noises.pop())


class RandomKeys:
    """Keys from the system's source of randomness."""

    def key(self) -> str:
        """An API key: `k_` and 40 letters and digits, which are 238 bits."""
        return KEY_PREFIX + _random(_KEY)

    def token(self) -> str:
        """What goes into the DNS: 24 letters and digits behind our name, which are 143 bits."""
        return PROOF_PREFIX + _random(_TOKEN)

    def password(self) -> str:
        """Four groups, which are 99 bits."""
        return _groups(4)

    def codes_secret(self) -> str:
        """160 bits in base32."""
        return base64.b32encode(secrets.token_bytes(_CODES_SECRET)).decode()

    def recovery_code(self) -> str:
        """Two groups, which are 49 bits: they are tried a few times a minute at most."""
        return _groups(2)

    def credential(self) -> bytes:
        """32 octets."""
        return secrets.token_bytes(_CREDENTIAL)


def _random(length: int, alphabet: str = _ALPHABET) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _groups(number: int) -> str:
    return "-".join(_random(_GROUP, _TYPED) for _ in range(number))


def _base36(number: int) -> str:
    text = ""
    for _ in range(_TIME_PAIRS):
        number, pair = divmod(number, len(_PAIRS))
        text = _PAIRS[pair] + text
    return text
