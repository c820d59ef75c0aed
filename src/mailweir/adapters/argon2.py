"""Passwords by Argon2id (RFC 9106), with the parameters of its second recommendation but for one thread each.

A hash takes 64 MiB and a tenth of a second or two, on threads of their own, two at a time; with more than a
few waiting the rest is told to come again, so that a flood of passwords costs bounded memory. What was right
once is remembered for a while by a keyed digest, since test suites sign in for every mail.
"""

import asyncio
import base64
import hashlib
import secrets
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mailweir.ports.passwords import BusyError

T = TypeVar("T")

WORKERS: Final = 2
"""Hashes that are made at a time."""

WAITING: Final = 20
"""How many more may wait."""

_MEMORY: Final = 64 * 1024  # KiB
_REMEMBERED: Final = 1_000  # right passwords
_GUESSABLE: Final = 2  # of zxcvbn's 0 to 4: fewer than 10^8 guesses
_READ: Final = 24  # characters that zxcvbn is given: what it takes grows without bound with all of them
# It tries every reading of these, which took 20 s for 72 characters; that of digits it may try.
_SYMBOLS: Final = str.maketrans("@({[<!|$+%", "acccciistx")


class Argon2Passwords:
    """`memory` in KiB; tests take less of all."""

    def __init__(self, *, memory: int = _MEMORY, rounds: int = 3, waiting: int = WAITING) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=1)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="password")
        self._most = WORKERS + waiting
        self._running = 0
        self._nobodys = _made_up(self._hasher)
        self._pepper = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()

    async def hashed(self, password: str) -> str:
        """How a password is kept."""
        prepared = _prepared(password)
        return await self._run(lambda: self._hasher.hash(prepared))

    async def fits(self, password: str, hashed: str | None, *, remember: bool = True) -> bool:
        """Whether it is the password that was hashed so."""
        prepared = _prepared(password)
        remembered = self._digest(prepared, hashed or "")
        if remembered in self._right:
            self._right.move_to_end(remembered)
            return True
        right = (
            await self._run(lambda: self._verify(prepared, hashed or self._nobodys)) and hashed is not None
        )
        if right and remember:
            self._right[remembered] = None
            if len(self._right) > _REMEMBERED:
                self._right.popitem(last=False)
        return right

    async def is_weak(self, password: str, names: Sequence[str]) -> bool:
        """Whether somebody who knows these names guesses it in fewer than a hundred million attempts."""
        return await self._run(lambda: _score(password, names) < _GUESSABLE)

    def close(self) -> None:
        """What runs is finished; a second call does nothing."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._running >= self._most:
            raise BusyError
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._running -= 1

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _digest(self, password: str, hashed: str) -> bytes:
        """Of no use outside this process."""
        return hashlib.blake2b(f"{hashed}\0{password}".encode(), key=self._pepper, digest_size=32).digest()


def _made_up(hasher: PasswordHasher) -> str:
    """What no password fits, which takes as long to find out as of any other, and none to make."""
    salt, made_up = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${made_up}"


def _prepared(password: str) -> str:
    """RFC 8265 §4.2.2: however a keyboard composes its letters, and whichever space it has."""
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in password)
    return unicodedata.normalize("NFC", spaced)


def _score(password: str, names: Sequence[str]) -> int:
    from zxcvbn import zxcvbn  # noqa: PLC0415  14 MiB, and passwords are set seldom

    return int(zxcvbn(password[:_READ].translate(_SYMBOLS), user_inputs=list(names))["score"])
