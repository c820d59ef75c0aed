"""The digest role of the embedded store: reads what comes, applies retention, moves WALs into databases.

It also asks the DNS about accounts' domains from time to time.

Nobody waits for it but those who want to see a message as more than its header.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from mailweir.adapters.parser_pool.pool import Pool
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.connection import PROMISED, UnsyncedError
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.maintenance import SqliteMaintenance
from mailweir.adapters.sqlite.runs import SqliteRuns
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.model.address import Inbox
from mailweir.model.event import Heartbeat, Nudge, Signal
from mailweir.observe import logs
from mailweir.policy.retention import Retention
from mailweir.ports.bus import Bus
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.roles.embedded import FRESH_PROCESS, hosting, open_bus, open_directory, resolver
from mailweir.roles.environment import environment
from mailweir.roles.seat import Seat
from mailweir.services.digestion import Digestion
from mailweir.services.keeping import Keeping
from mailweir.services.nudging import Nudging
from mailweir.services.proving import Proving
from mailweir.services.returning import Returning

_ROUND = 1.0  # seconds between two rounds

_log = logs.get()


async def run(seat: Seat) -> int:
    """Digests and tidies until it is asked to stop."""
    async with open_bus(seat.settings) as bus:
        seat.ready()
        return await work(seat.settings, seat.stopping, bus)


async def work(settings: Settings, stopping: asyncio.Event, bus: Bus) -> int:
    """Digests meanwhile, and tidies round after round."""
    digests = SqliteDigests(settings.data, SystemClock())
    try:
        async with (
            _digesting(digests, bus) as digestion,
            _proving(settings),
            open_directory(settings) as directory,
        ):
            return await _Tidying(settings, bus, digests, digestion, directory).run(stopping)
    finally:
        await digests.close()


@asynccontextmanager
async def _digesting(digests: SqliteDigests, bus: Bus) -> AsyncGenerator[Digestion]:
    nudging = Nudging(bus)
    pool = Pool(environment())
    digestion = Digestion(digests, pool, nudging.tell)

    def listen(signal: Signal) -> None:
        if isinstance(signal, Nudge):
            digestion.look()

    unsubscribe = bus.subscribe(listen)
    async with asyncio.TaskGroup() as group:
        working = [
            group.create_task(pool.run(), name="parser-pool"),
            group.create_task(digestion.run(), name="digestion"),
        ]
        try:
            yield digestion
        finally:
            for task in working:
                task.cancel()
            unsubscribe()
            nudging.close()


@asynccontextmanager
async def _proving(settings: Settings) -> AsyncGenerator[None]:
    clock = SystemClock()
    domains, mailbox = SqliteDomains(settings.data, clock), SqliteMailbox(settings.data, clock)
    proving = Proving(domains, mailbox, resolver(settings), hosting(settings), clock)
    running = asyncio.create_task(proving.run(), name="domain-checks")
    try:
        yield
    finally:
        running.cancel()
        await domains.close()
        await mailbox.close()


class _Tidying:
    """Retention, checkpoints, and the digests of what is gone."""

    def __init__(
        self,
        settings: Settings,
        bus: Bus,
        digests: SqliteDigests,
        digestion: Digestion,
        directory: Directory,
    ) -> None:
        self._clock = SystemClock()
        self._bus = bus
        self._digests = digests
        self._digestion = digestion
        self._mailbox = SqliteMailbox(settings.data, self._clock)
        self._maintenance = [SqliteMaintenance(settings.data, self._clock, file) for file in PROMISED]
        self._retention = Retention(settings.public_inbox_days, settings.public_inbox_limit)
        self._directory = directory
        self._accounts = SqliteAccounts(settings.data, self._clock)
        self._domains = SqliteDomains(settings.data, self._clock)
        self._runs = SqliteRuns(settings.data, self._clock)
        self._returning = Returning(self._runs, self._mailbox, self._clock)
        self._keeping = Keeping(self._accounts, self._domains, self._mailbox, directory, self._clock)
        self._trouble = ""

    async def run(self, stopping: asyncio.Event) -> int:
        """The exit code: 0 when it was asked to stop."""
        try:
            while not stopping.is_set():
                trouble = self._trouble or self._digestion.trouble
                self._bus.publish(Heartbeat("digest", os.getpid(), trouble))
                if not await self._round(stopping):
                    _log.error("a write was not synced, a fresh process was asked for")
                    return FRESH_PROCESS
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ROUND):
                        await stopping.wait()
            return 0
        finally:
            await self._mailbox.close()
            await self._accounts.close()
            await self._domains.close()
            await self._runs.close()
            for maintenance in self._maintenance:
                await maintenance.close()

    async def _round(self, stopping: asyncio.Event) -> bool:
        """False when only a fresh process may go on writing."""
        try:
            await self._expire(stopping)
            await self._returning.round()
            await self._keeping.round()
            await self._digests.tidy()
            for maintenance in self._maintenance:
                await maintenance.checkpoint()
        except UnsyncedError:
            return False
        except UnavailableError as error:
            if not self._trouble:
                _log.error("the store could not be tidied", why=str(error))
            self._trouble = str(error)
        else:
            self._trouble = ""
        return not self._digests.broken

    async def _expire(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            cutoff = self._retention.cutoff(self._clock.now())
            gone = await self._mailbox.expire(
                before=cutoff, keep=self._retention.messages, private=self._is_private
            )
            if not gone:
                return

    def _is_private(self, inbox: Inbox) -> bool:
        """What is at a run's address goes by the rules of public mail, whoever sees it."""
        directory = self._directory
        return directory.owner_of(inbox) is not None and directory.run_of(inbox) is None
