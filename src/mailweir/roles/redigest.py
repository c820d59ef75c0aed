"""`mailweir redigest`: makes digests anew, also beside a running server, and says how far it is."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from mailweir.adapters.parser_pool.pool import Pool
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.migration import StoreVersionError
from mailweir.adapters.sqlite.preparation import check
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.ports.errors import UnavailableError
from mailweir.roles.embedded import open_bus
from mailweir.roles.environment import environment
from mailweir.roles.errors import StartError
from mailweir.services.nudging import Nudging
from mailweir.services.redigestion import Redigestion

_EVERY = 1.0  # seconds between two lines of progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many messages were read anew, and how many of them could not be read."""

    redigested: int
    failed: int


def redigest(settings: Settings, *, everything: bool, say: Callable[[str], None]) -> Outcome:
    """Reads what has an outdated digest, or everything; `say` is told how far it is. Raises StartError."""
    try:
        check(settings.data)
        return asyncio.run(_redigest(settings, everything=everything, say=say))
    except StoreVersionError as error:
        raise StartError(str(error)) from error
    except UnavailableError as error:
        raise StartError(f"The store in {settings.data} cannot be used: {error}.") from error


async def _redigest(settings: Settings, *, everything: bool, say: Callable[[str], None]) -> Outcome:
    digests = SqliteDigests(settings.data, SystemClock())
    try:
        async with open_bus(settings) as bus, _a_pool() as pool:
            nudging = Nudging(bus)
            if everything:
                await digests.distrust()
            try:
                return Outcome(*await Redigestion(digests, pool, nudging.tell, _Progress(say)).run())
            finally:
                nudging.close()
    finally:
        await digests.close()


@asynccontextmanager
async def _a_pool() -> AsyncGenerator[Pool]:
    pool = Pool(environment())
    running = asyncio.create_task(pool.run(), name="parser-pool")
    try:
        yield pool
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class _Progress:
    """A line now and then, and one at the end."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._spoke = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done and (now - self._spoke >= _EVERY or done >= total):
            self._spoke = now
            share = min(100 * done // max(total, 1), 100)
            self._say(f"{done:,} of {total:,} messages read anew ({share} %)")
