"""The receiver: the public SMTP door. It keeps the bytes and answers 250, whatever else is down."""

from mailweir.adapters.system import SystemClock
from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError
from mailweir.roles import smtp_door
from mailweir.roles.blocklist import open_blocklist
from mailweir.roles.control import watched
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
from mailweir.roles.throttles import throttling
from mailweir.services.explaining import Explaining
from mailweir.services.outlook import Outlook

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves the public door until it is asked to stop, or until the disk has failed and recovered."""
    settings = seat.settings
    try:
        async with (
            open_bus(settings) as bus,
            open_directory(settings) as directory,
            open_blocklist(settings, "receiver") as blocklist,
            open_explanations(settings) as explanations,
            open_intake(settings, bus, apart=True) as intake,
        ):
            explaining = Explaining(SystemClock(), explanations.keep)
            throttles = throttling(settings, directory, blocklist, explaining.explain)
            listening = smtp_door.public(seat, reception(settings, intake, directory), throttles)
            outlook = Outlook("receiver", throttles, explaining, lambda: listening.sessions)
            async with watched(settings, outlook):
                return await smtp_door.serve(seat, "smtp", listening, Watch("receiver", intake, bus))
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return FRESH_PROCESS
