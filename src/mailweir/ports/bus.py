"""The bus between the processes of this node: at most once, nobody stands on what it carries."""

from collections.abc import Callable
from typing import Protocol

from mailweir.model.event import Signal


class Bus(Protocol):
    """Carries signals to every other subscriber."""

    def publish(self, signal: Signal) -> None:
        """Returns at once and never raises: what cannot be sent is dropped and counted."""
        ...

    def subscribe(self, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Calls `listener` for every signal from now on; the returned function ends that."""
        ...
