"""All roles in one process, with a bus that is a function call: for tests, embedding, small machines."""

import asyncio

from mailweir.adapters.memory.bus import MemoryBus
from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Intake
from mailweir.roles import digest, web
from mailweir.roles.embedded import FRESH_PROCESS, Watch, open_intake, reception
from mailweir.roles.seat import Seat
from mailweir.roles.smtp_door import DRAIN, listener
from mailweir.servers.smtp.listener import Listener

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves every door until it is asked to stop. 1 when the store failed: nobody here starts it anew."""
    settings = seat.settings
    bus = MemoryBus()
    try:
        async with open_intake(settings, bus) as intake, web.serving(seat, intake, bus) as broken:
            doors = _doors(seat, intake)
            for door, listening in doors.items():
                await listening.start(seat.sockets.get(door, ()))
            async with asyncio.TaskGroup() as group:
                tidying = group.create_task(digest.work(settings, seat.stopping, bus), name="digest")
                seat.ready()
                code = await Watch("receiver", intake, bus, broken).ended(seat.stopping, settings.data)
                seat.stopping.set()
                await asyncio.gather(*(listening.drain(DRAIN) for listening in doors.values()))
                code = code or await tidying
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return 1
    return 1 if code == FRESH_PROCESS else code


def _doors(seat: Seat, intake: Intake) -> dict[str, Listener]:
    settings = seat.settings
    receiving = reception(settings, intake)
    return {
        "smtp": listener(seat, receiving, lenient=settings.line_ends_public == "lenient"),
        "submission": listener(seat, receiving, lenient=settings.line_ends_submission == "lenient"),
    }
