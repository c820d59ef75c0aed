"""The bus within one process: listeners are called by the loop, soon."""

import asyncio
from collections.abc import Callable

from mailweir.model.event import Signal


class MemoryBus:
    """Carries signals to every subscriber of this object."""

    def __init__(self) -> None:
        self._listeners: dict[object, tuple[asyncio.AbstractEventLoop, Callable[[Signal], None]]] = {}

    def publish(self, signal: Signal) -> None:
        """Returns before the listeners run, so that nothing they raise reaches the publisher."""
        for key, (loop, _) in self._listeners.items():
            if not loop.is_closed():
                loop.call_soon(self._tell, key, signal)

    def subscribe(self, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Calls `listener` on the running loop until the returned function is called."""
        key = object()
        self._listeners[key] = (asyncio.get_running_loop(), listener)

        def end() -> None:
            self._listeners.pop(key, None)

        return end

    def close(self) -> None:
        """Ends every subscription; a second call does nothing."""
        self._listeners.clear()

    def _tell(self, key: object, signal: Signal) -> None:
        subscribed = self._listeners.get(key)
        if subscribed is not None:
            subscribed[1](signal)
