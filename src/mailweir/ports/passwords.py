"""Passwords, of which nothing is kept by which they could be read."""

from collections.abc import Sequence
from typing import Protocol


class BusyError(Exception):
    """More passwords are being looked at than this process takes on."""


class Passwords(Protocol):
    """A hash takes a tenth of a second and tens of mebibytes on purpose, so that few are made at once.

    Every method raises BusyError.
    """

    async def hashed(self, password: str) -> str:
        """How a password is kept."""
        ...

    async def fits(self, password: str, hashed: str | None, *, remember: bool = True) -> bool:
        """Whether it is the password that was hashed so. For None it is not, which takes as long to say.

        With `remember` a right one may be known again without the work.
        """
        ...

    async def is_weak(self, password: str, names: Sequence[str]) -> bool:
        """Whether somebody who knows these names guesses it soon."""
        ...
