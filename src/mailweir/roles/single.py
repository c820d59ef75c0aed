"""All roles in one process, with a bus that is a function call: for tests, embedding, small machines."""

import asyncio

from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.system import SystemClock
from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError
from mailweir.roles import digest, smtp_door, web
from mailweir.roles.access import capturing
from mailweir.roles.blocklist import open_blocklist
from mailweir.roles.control import watched
from mailweir.roles.embedded import (
    FRESH_PROCESS,
    Watch,
    open_directory,
    open_explanations,
    open_intake,
    reception,
)
from mailweir.roles.seat import Seat
from mailweir.roles.throttles import throttling
from mailweir.services.explaining import Explaining
from mailweir.services.outlook import Outlook

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves every door until it is asked to stop. 1 when the store failed: nobody here starts it anew."""
    settings = seat.settings
    bus = MemoryBus()
    try:
        async with (
            open_intake(settings, bus) as intake,
            open_directory(settings) as directory,
            open_blocklist(settings, "single") as blocklist,
            open_explanations(settings) as explanations,
            web.serving(seat, intake, directory, bus, blocklist, explanations) as broken,
            capturing(settings, intake, directory) as (capture, capture_broken),
        ):
            explaining = Explaining(SystemClock(), explanations.keep)
            throttles = throttling(settings, directory, blocklist, explaining.explain)
            receiving = reception(settings, intake, directory)
            doors = {
                "smtp": smtp_door.public(seat, receiving, throttles),
                "submission": smtp_door.submission(seat, capture, explaining.explain),
            }
            watch = Watch("receiver", intake, bus, lambda: broken() or capture_broken())
            for door, listening in doors.items():
                await listening.start(seat.sockets.get(door, ()))
            outlook = Outlook("single", throttles, explaining, lambda: doors["smtp"].sessions)
            async with watched(settings, outlook), asyncio.TaskGroup() as group:
                tidying = group.create_task(digest.work(settings, seat.stopping, bus), name="digest")
                seat.ready()
                code = await watch.ended(seat.stopping, settings.data)
                seat.stopping.set()
                await asyncio.gather(*(listening.drain(smtp_door.DRAIN) for listening in doors.values()))
                code = code or await tidying
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return 1
    return 1 if code == FRESH_PROCESS else code
