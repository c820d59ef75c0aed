"""The store and the bus of one machine, opened for a role and closed after it."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mailweir.adapters.dns import DnsResolver
from mailweir.adapters.local.bus import LocalBus
from mailweir.adapters.machine_memory import MachineMemory
from mailweir.adapters.sqlite.committing_apart import CommitterApart
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.disk import probe
from mailweir.adapters.sqlite.explanations import SqliteExplanations
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import RandomIds, SystemClock
from mailweir.config.settings import Settings
from mailweir.model.address import Host
from mailweir.model.event import Heartbeat
from mailweir.observe import logs
from mailweir.policy.admission import Hosts
from mailweir.policy.alternates import Alternates
from mailweir.policy.hosting import Hosting
from mailweir.policy.sharing import Links
from mailweir.ports.bus import Bus
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Intake, Room
from mailweir.ports.resolver import Resolver
from mailweir.roles.committer_process import committer_process
from mailweir.services.nudging import Nudging
from mailweir.services.reception import Reception

FRESH_PROCESS = 75
"""The exit code that asks the supervisor for a fresh process (EX_TEMPFAIL)."""

_COMMITTER_UP = 20.0  # seconds: as long as a busy machine may take to start a process
_BEAT = 1.0  # seconds between two heartbeats, and between two probes of a disk that failed
_TROUBLES = {
    Room.FULL: "the store is full",
    Room.BROKEN: "a write was not synced; mail is refused until the disk takes writes again",
}

_log = logs.get()


@asynccontextmanager
async def open_bus(settings: Settings) -> AsyncGenerator[Bus]:
    """The bus between the processes of this machine."""
    bus = LocalBus(settings.data, SystemClock())
    try:
        yield bus
    finally:
        bus.close()


@asynccontextmanager
async def open_directory(settings: Settings) -> AsyncGenerator[SqliteDirectory]:
    """Keys and owners, kept up to date meanwhile. Raises UnavailableError."""
    directory = SqliteDirectory(settings.data)
    keeping_up = asyncio.create_task(directory.run(), name="directory")
    try:
        yield directory
    finally:
        keeping_up.cancel()
        with suppress(asyncio.CancelledError):
            await keeping_up
        directory.close()


@asynccontextmanager
async def open_explanations(settings: Settings) -> AsyncGenerator[SqliteExplanations]:
    """Why mail was refused. Whatever becomes of that file, a role opens it and goes on."""
    explanations = SqliteExplanations(settings.data, SystemClock())
    try:
        yield explanations
    finally:
        await explanations.close()


@asynccontextmanager
async def open_intake(settings: Settings, bus: Bus, *, apart: bool = False) -> AsyncGenerator[SqliteIntake]:
    """An intake that nudges the bus. Raises UnavailableError.

    `apart` has it commit in a process of its own, as decision 0007 says.
    """
    nudging = Nudging(bus)
    clock = SystemClock()
    await asyncio.to_thread(prepare, settings.data, clock)
    await asyncio.to_thread(probe, settings.data)
    async with AsyncExitStack() as stack:
        if apart:
            committer = await stack.enter_async_context(committer_process(settings))
            room = await _first_room(committer)
            intake = SqliteIntake(committer, clock, room, on_commit=nudging.tell)
        else:
            intake = SqliteIntake.in_thread(settings.data, clock, on_commit=nudging.tell)
        stack.callback(nudging.close)
        stack.push_async_callback(intake.close)
        yield intake


async def _first_room(committer: CommitterApart) -> Room:
    try:
        async with asyncio.timeout(_COMMITTER_UP):
            return await committer.measure(refused=False)
    except TimeoutError as error:
        raise UnavailableError("the committer did not start") from error


def reception(settings: Settings, intake: Intake, directory: Directory) -> Reception:
    """The receiving half of the system on this intake."""
    own, taken, clock = alternates(settings), hosts(settings), SystemClock()
    memory = MachineMemory(clock.monotonic).share
    return Reception(intake, directory, clock, RandomIds(), taken, own, settings.node_name, memory)


def hosts(settings: Settings) -> Hosts:
    """The hosts that mail is taken for."""
    return Hosts(frozenset(settings.base_domains))


def run_host(settings: Settings) -> Host:
    """Where the addresses of a run are for which no domain is named."""
    return Host(next(iter(settings.base_domains), "mailweir.test"))


def alternates(settings: Settings) -> Alternates:
    """Alternate addresses under this service's secret, which is made before any role starts."""
    assert settings.secret is not None  # noqa: S101  `serve` sees to it
    return Alternates(settings.secret)


def links(settings: Settings) -> Links:
    """Share links under the same secret."""
    assert settings.secret is not None  # noqa: S101  `serve` sees to it
    return Links(settings.secret)


def hosting(settings: Settings) -> Hosting:
    """Which hosts accounts may claim here."""
    mail_hosts = settings.mx_hosts or (settings.node_name,)
    return Hosting(frozenset(settings.base_domains), tuple(Host(host) for host in mail_hosts))


def resolver(settings: Settings) -> Resolver:
    """The DNS as this service asks it."""
    return DnsResolver([(server.host, server.port) for server in settings.dns_servers])


@dataclass(frozen=True, slots=True)
class Watch:
    """Tells the others how this process is, and waits for the end that it comes to."""

    role: str
    intake: SqliteIntake
    bus: Bus
    others_broken: Callable[[], bool] = lambda: False
    """Whether a write of something else that this process has open was not synced."""

    async def ended(self, stopping: asyncio.Event, directory: Path) -> int:
        """Exit code 0 when asked to stop; FRESH_PROCESS once a disk that failed takes writes again.

        Until then the doors stay open and answer 4yz, so that no client waits in vain.
        """
        while not stopping.is_set():
            self.bus.publish(Heartbeat(self.role, os.getpid(), _TROUBLES.get(self.intake.room(), "")))
            broken = self.intake.broken.is_set() or self.others_broken()
            if broken and await _takes_writes(directory):
                _log.warning("the disk takes writes again, a fresh process was asked for")
                return FRESH_PROCESS
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEAT):
                    await stopping.wait()
        return 0


async def _takes_writes(directory: Path) -> bool:
    try:
        await asyncio.to_thread(probe, directory)
    except UnavailableError as error:
        _log.error("the disk does not take writes", why=str(error))
        return False
    return True
