"""`mailweir serve`: everything that is done once before roles run, in the order that leaves no trace.

Settings are checked first, then the data directory is locked, then the ports are bound; only then is
anything started. What goes wrong is a SettingsError (exit code 2) or a StartError (exit code 1).
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailweir.config.errors import SettingsError
from mailweir.config.exposure import refusal
from mailweir.config.load import Loaded
from mailweir.config.settings import DOORS, Settings
from mailweir.observe import logs
from mailweir.roles import data_directory, first_start, garbage, process, ready, sockets
from mailweir.roles.crew import CODE, DOORS_OF, NICE, ROLES, Code, crew
from mailweir.roles.errors import StartError
from mailweir.roles.nursing import Nursing
from mailweir.roles.sockets import Sockets
from mailweir.roles.store import how_many_accounts
from mailweir.roles.supervise import Supervisor

_USABLE: Mapping[str, tuple[str, ...]] = {"store": ("sqlite:",), "bus": ("local:", "memory:")}


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole service: as processes under a supervisor, or in this one."""

    single: bool = False

    @property
    def name(self) -> str:
        """What this process is called in logs."""
        return "single" if self.single else "supervisor"


@dataclass(frozen=True, slots=True)
class OneRole:
    """One role in the foreground; others run elsewhere."""

    role: str

    @property
    def name(self) -> str:
        """What this process is called in logs."""
        return self.role


def serve(loaded: Loaded, part: Whole | OneRole, code: Code = CODE) -> int:
    """Serves until a signal ends it, and returns the exit code."""
    settings = loaded.settings
    _check(settings)
    logs.configure(settings.log_format, role=part.name, pid=os.getpid())
    for warning in loaded.warnings:
        logs.get().warning("setting passed over", why=warning)
    with contextlib.ExitStack() as held:
        directory = data_directory.take(settings.data, alone=isinstance(part, Whole))
        held.callback(directory.release)
        if settings.secret is None:
            settings = replace(settings, secret=directory.secret())
        bound = sockets.bind(settings, _doors(part))
        held.callback(sockets.close, bound)
        settings = sockets.found(settings, bound)
        supervised = isinstance(part, Whole) and not part.single
        nursing = held.enter_context(contextlib.closing(Nursing())) if supervised else None
        if code is CODE:
            settings = first_start.ready_made(settings)
        started = _Started(settings, bound, directory.lock, code)
        return _run(started, part) if nursing is None else asyncio.run(_supervise(started, nursing))


def _check(settings: Settings) -> None:
    """What can be refused before anything is touched."""
    for name, usable in _USABLE.items():
        if (value := getattr(settings, name)) not in usable:
            scheme = str(value).partition(":")[0]
            raise SettingsError(
                f"Setting {name} names {scheme}:, which is not there yet; use {' or '.join(usable)}."
            )
    if (why := refusal(settings, how_many_accounts(settings.data))) is not None:
        raise StartError(why)


def _doors(part: Whole | OneRole) -> list[str]:
    """The doors that this part of the service serves, in their order."""
    roles = [part.role] if isinstance(part, OneRole) else list(ROLES)
    return [door for door in DOORS if any(door in DOORS_OF[role] for role in roles)]


@dataclass(frozen=True, slots=True)
class _Started:
    """What is held when roles begin."""

    settings: Settings
    bound: Sockets
    lock: int
    code: Code

    def announce(self) -> None:
        """Tells people and programs. That nobody reads it is no reason to stop."""
        with contextlib.suppress(OSError):
            sys.stderr.write(ready.text(self.settings, self.bound))
            sys.stderr.flush()
        with contextlib.suppress(OSError):
            sys.stdout.write(ready.line(self.bound) + "\n")
            sys.stdout.flush()


def _run(started: _Started, part: Whole | OneRole) -> int:
    target = started.code.single
    if isinstance(part, OneRole):
        os.nice(NICE.get(part.role, 0))
        target = started.code.roles[part.role]
    return process.run(target, process.Place(started.settings, started.bound, started.announce))


async def _supervise(started: _Started, nursing: Nursing) -> int:
    specs = crew(started.settings, started.code.roles)
    supervisor = Supervisor(started.settings, specs, started.bound, nursing, lock=started.lock)

    def ready() -> None:
        garbage.settle()
        started.announce()

    return await supervisor.run(ready)
