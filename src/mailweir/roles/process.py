"""One process that runs one role: its event loop, its signals, its end.

The first SIGTERM or SIGINT asks the role to stop, a second one ends the process at once. SIGHUP asks it
to look at its certificates again.
"""

import asyncio
import importlib
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from mailweir.config.settings import Settings
from mailweir.observe import logs
from mailweir.roles import garbage
from mailweir.roles.seat import Seat
from mailweir.roles.sockets import Sockets

Role = Callable[[Seat], Awaitable[int]]

_LAST_WORDS = 0.2  # seconds that an end at once leaves to the log

_log = logs.get()


@dataclass(frozen=True, slots=True)
class Place:
    """What a role finds in this process. End of file on `lifeline` (a descriptor) ends the process."""

    settings: Settings
    sockets: Sockets
    ready: Callable[[], None]
    lifeline: int | None = None


def run(target: str, place: Place) -> int:
    """Imports the role from `module:function`, runs it to its end and returns its exit code.

    On uvloop where it is installed, else on asyncio's own loop.
    """
    garbage.begin()
    module, _, function = target.partition(":")
    role = cast("Role", getattr(importlib.import_module(module), function))
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_occupy(role, place))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop; None for asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415  it need not be there
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _occupy(role: Role, place: Place) -> int:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    callbacks: list[Callable[[], None]] = []

    def stop() -> None:
        if stopping.is_set():
            end_at_once()
        stopping.set()

    def reload() -> None:
        for callback in callbacks:
            try:
                callback()
            except Exception:  # noqa: BLE001  what cannot be reloaded stays as it was
                _log.exception("reload failed")

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
    if place.lifeline is not None:
        loop.add_reader(place.lifeline, _feel, place.lifeline)

    def ready() -> None:
        garbage.settle()
        place.ready()

    return await role(Seat(place.settings, place.sockets, ready, stopping, callbacks.append))


def _feel(lifeline: int) -> None:
    """Nothing is ever written to the lifeline after the assignment, so that what can be read is its end."""
    if not os.read(lifeline, 1):
        end_at_once()


def end_at_once() -> None:
    """Ends the process without finishing anything."""
    logs.flush(_LAST_WORDS)
    os._exit(1)
