"""The receiver: the public SMTP door. It keeps the bytes and answers 250, whatever else is down."""

from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError
from mailweir.roles.embedded import FRESH_PROCESS, Watch, open_bus, open_intake, reception
from mailweir.roles.seat import Seat
from mailweir.roles.smtp_door import DRAIN, listener

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves the public door until it is asked to stop, or until the disk has failed and recovered."""
    lenient = seat.settings.line_ends_public == "lenient"
    return await serve(seat, "receiver", "smtp", lenient=lenient, apart=True)


async def serve(seat: Seat, role: str, door: str, *, lenient: bool, apart: bool = False) -> int:
    """Serves one SMTP door; `apart` as in `open_intake`."""
    settings = seat.settings
    try:
        async with open_bus(settings) as bus, open_intake(settings, bus, apart=apart) as intake:
            listening = listener(seat, reception(settings, intake), lenient=lenient)
            await listening.start(seat.sockets.get(door, ()))
            seat.ready()
            code = await Watch(role, intake, bus).ended(seat.stopping, settings.data)
            await listening.drain(DRAIN)
            return code
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return FRESH_PROCESS
