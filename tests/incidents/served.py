"""How good clients were served: the time that each took, or what went wrong."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from incidents.stage import Stage

PATIENCE: Final = 30.0
"""Seconds that a client waits for what it came for."""

_SAMPLES: Final = 8  # kinds of failures that are told
_LONGEST: Final = 160  # octets of each


@dataclass(slots=True)
class Served:
    """Milliseconds that each took who was served, and what went wrong with the others."""

    took: list[float] = field(default_factory=list[float])
    failures: Counter[str] = field(default_factory=Counter[str])

    @property
    def count(self) -> int:
        return len(self.took) + self.failures.total()

    @property
    def failed(self) -> int:
        return self.failures.total()

    def fail(self, answer: bytes) -> None:
        """Somebody got another answer than he came for."""
        text = answer[:_LONGEST].decode(errors="replace").strip() or "no reply"
        self.failures[text if text in self.failures or len(self.failures) < _SAMPLES else "more"] += 1

    @property
    def p99(self) -> float:
        """What 99 of 100 did not pass; 0 when there was none."""
        ordered = sorted(self.took) or [0.0]
        return ordered[int(len(ordered) * 0.99)]


@dataclass(slots=True)
class Witnessed:
    """Each kind of good client."""

    deliveries: Served = field(default_factory=Served)
    reads: Served = field(default_factory=Served)
    captures: Served = field(default_factory=Served)
    waits: Served = field(default_factory=Served)


async def kept_up(
    rate: float, numbers: range, client: Callable[[int], Awaitable[None]], stage: Stage
) -> None:
    """So many clients a second."""

    async def begin(number: int) -> None:
        await client(number)

    begun = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in numbers:
            await asyncio.sleep(max(begun + (number - numbers.start) / rate - time.monotonic(), 0))
            if stage.over.is_set():
                return
            tasks.create_task(begin(number), name=f"{client.__name__} {number}")


async def timed(served: Served, wanted: str, doing: Awaitable[bytes]) -> bool:
    """Notes how long it took, or what else was answered; whether it was what was wanted."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await doing
    except OSError as error:  # TimeoutError is one
        answer = repr(error).encode()
    if answer.startswith(wanted.encode()):
        served.took.append((time.monotonic() - begun) * 1000)
        return True
    served.fail(answer)
    return False
