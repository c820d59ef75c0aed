"""The digest role of the embedded store: retention, and moving the WAL into the database.

Until mail is digested that is all it does. Nobody waits for it.
"""

import asyncio
import os
from contextlib import suppress

from mailweir.adapters.sqlite.connection import UnsyncedError
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.maintenance import SqliteMaintenance
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.model.event import Heartbeat
from mailweir.observe import logs
from mailweir.policy.retention import Retention
from mailweir.ports.bus import Bus
from mailweir.ports.errors import UnavailableError
from mailweir.roles.embedded import FRESH_PROCESS, open_bus
from mailweir.roles.seat import Seat

_ROUND = 1.0  # seconds between two rounds

_log = logs.get()


async def run(seat: Seat) -> int:
    """Keeps the store tidy until it is asked to stop."""
    async with open_bus(seat.settings) as bus:
        seat.ready()
        return await tidy(seat.settings, seat.stopping, bus)


async def tidy(settings: Settings, stopping: asyncio.Event, bus: Bus) -> int:
    """Round after round of retention and checkpoint."""
    clock = SystemClock()
    mailbox = SqliteMailbox(settings.data, clock)
    maintenance = SqliteMaintenance(settings.data, clock)
    retention = Retention(settings.public_inbox_days, settings.public_inbox_limit)
    trouble = ""
    try:
        while not stopping.is_set():
            bus.publish(Heartbeat("digest", os.getpid(), trouble))
            try:
                await _expire(mailbox, retention, clock, stopping)
                await maintenance.checkpoint()
            except UnsyncedError:
                _log.error("a write was not synced, a fresh process was asked for")
                return FRESH_PROCESS
            except UnavailableError as error:
                if not trouble:
                    _log.error("the store could not be tidied", why=str(error))
                trouble = str(error)
            else:
                trouble = ""
            with suppress(TimeoutError):
                async with asyncio.timeout(_ROUND):
                    await stopping.wait()
        return 0
    finally:
        await mailbox.close()
        await maintenance.close()


async def _expire(
    mailbox: SqliteMailbox, retention: Retention, clock: SystemClock, stopping: asyncio.Event
) -> None:
    while not stopping.is_set():
        gone = await mailbox.expire(before=retention.cutoff(clock.now()), keep=retention.messages)
        if not gone:
            return
