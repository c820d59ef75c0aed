"""Going through all sessions of a listener without holding the loop: a slice, what else there is, a slice."""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from mailweir.servers.smtp.guest import Guest

SLICE: Final = 500
"""Sessions a turn of the loop: each takes 10 µs when it is ended, so that nobody waits more than 5 ms."""

Act = Callable[[Guest], None]


class Rounds:
    """Rounds through `guests`, one slice of one of them a turn, whatever is asked for."""

    __slots__ = ("_guests", "_left", "_turn")

    def __init__(self, guests: Collection[Guest]) -> None:
        self._guests = guests
        self._left: dict[Act, list[Guest]] = {}
        self._turn: asyncio.Handle | None = None

    def begin(self, act: Act) -> int:
        """Does this to everybody who is here now; how many they are. The same `act` again begins anew."""
        self._left[act] = list(self._guests)
        if self._turn is None:
            self._go()
        return len(self._guests)

    def stop(self) -> None:
        """Goes no further."""
        self._left.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _go(self) -> None:
        act, left = next(iter(self._left.items()))
        slice_, left[-SLICE:] = left[-SLICE:], []
        if not left:
            del self._left[act]
        for guest in slice_:
            act(guest)
        self._turn = asyncio.get_running_loop().call_soon(self._go) if self._left else None
