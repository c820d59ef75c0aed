"""What a role is given when it starts, wherever it runs: child, foreground or `--single`."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailweir.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Seat:
    """A role is `async def run(seat: Seat) -> int`; what it returns is the exit code of its process.

    It calls `ready` once, when it serves. When `stopping` is set it stops taking in, finishes what it
    has begun and returns. Callbacks given to `on_reload` run in the loop on every SIGHUP.
    `sockets` are bound and listening; the role may close them when it stops.
    """

    settings: Settings
    sockets: Mapping[str, Sequence[socket.socket]]
    ready: Callable[[], None]
    stopping: asyncio.Event
    on_reload: Callable[[Callable[[], None]], None]
