"""What may be a password: long enough, no key, and not what is guessed first."""

from collections.abc import Sequence
from typing import Final

from mailweir.model.account import KEY_PREFIX, is_key
from mailweir.ports.passwords import Passwords

SHORTEST: Final = 12
"""Characters of a password."""

LONGEST: Final = 256
"""The same."""


class WeakPasswordError(Exception):
    """That may not be a password; the text says why."""


async def choose(passwords: Passwords, password: str, names: Sequence[str]) -> str:
    """How the password is kept that somebody with these names has chosen.

    Raises WeakPasswordError and BusyError.
    """
    await vet(passwords, password, names)
    return await passwords.hashed(password)


async def vet(passwords: Passwords, password: str, names: Sequence[str]) -> None:
    """Raises WeakPasswordError and BusyError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(f"A password has {SHORTEST} to {LONGEST} characters.")
    if is_key(password):
        raise WeakPasswordError(f"What begins with {KEY_PREFIX} is taken for a key; choose another password.")
    if await passwords.is_weak(password, names):
        raise WeakPasswordError("That password is among the first that are guessed; choose another one.")
