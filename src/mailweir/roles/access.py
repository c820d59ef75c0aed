"""The access role: doors of people who sign in by a mail protocol, apart from the public door.

A flood of the public door does not touch it, and it waits for no database.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from mailweir.adapters.argon2 import Argon2Passwords
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.plans import SqlitePlans
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.observe import logs
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Intake
from mailweir.roles import smtp_door
from mailweir.roles.counting import counting
from mailweir.roles.embedded import (
    FRESH_PROCESS,
    Watch,
    open_bus,
    open_directory,
    open_explanations,
    open_intake,
    reception,
)
from mailweir.roles.seat import Seat
from mailweir.services.capture import Capture
from mailweir.services.explaining import Explaining
from mailweir.services.metering import Metering
from mailweir.services.signin import SignIn

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves submission and capture until it is asked to stop, or until the disk has failed and recovered."""
    settings = seat.settings
    try:
        async with (
            open_bus(settings) as bus,
            open_directory(settings) as directory,
            open_explanations(settings) as explanations,
            open_intake(settings, bus) as intake,
            capturing(settings, intake, directory) as (capture, broken),
        ):
            explain = Explaining(SystemClock(), explanations.keep).explain
            listening = smtp_door.submission(seat, capture, explain)
            watch = Watch("access", intake, bus, broken)
            return await smtp_door.serve(seat, "submission", listening, watch)
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return FRESH_PROCESS


@asynccontextmanager
async def capturing(
    settings: Settings, intake: Intake, directory: Directory
) -> AsyncGenerator[tuple[Capture, Callable[[], bool]]]:
    """Captures, and keeps meanwhile when keys were used and how often; whether one of that was not synced."""
    clock = SystemClock()
    passwords = Argon2Passwords()
    signin = SignIn(directory, passwords, clock)
    accounts, plans = SqliteAccounts(settings.data, clock), SqlitePlans(settings.data, clock)
    metering = Metering(plans, directory, clock)
    capture = Capture(
        reception(settings, intake, directory), signin, metering, for_all=settings.profile == "local"
    )
    try:
        async with counting(accounts, signin, metering):
            yield capture, lambda: accounts.broken or plans.broken
    finally:
        passwords.close()
        await accounts.close()
        await plans.close()
