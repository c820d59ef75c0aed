"""What commands may ask a running process, and the asking."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import msgspec

from mailweir.adapters.local.control import Answered, ask_all, own_socket
from mailweir.config.settings import Settings
from mailweir.model.situation import Situation
from mailweir.observe import logs
from mailweir.servers.control.door import ControlDoor
from mailweir.services.outlook import Outlook

_SITUATION = "situation"

_log = logs.get()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the processes that take mail in see; `silent` did not say."""

    situations: tuple[Situation, ...]
    silent: tuple[Answered, ...]


@asynccontextmanager
async def watched(settings: Settings, outlook: Outlook) -> AsyncGenerator[None]:
    """Meanwhile commands can ask what is going on, and the log is told under pressure."""
    door = None
    try:
        door = ControlDoor(*own_socket(settings.data, outlook.role), {_SITUATION: outlook.situation})
        await door.start()
    except OSError as error:
        _log.error("commands cannot ask this process", why=str(error))
    reporting = asyncio.create_task(outlook.report(), name="outlook")
    try:
        yield
    finally:
        reporting.cancel()
        with suppress(asyncio.CancelledError):
            await reporting
        if door is not None:
            await door.close()


def situations(settings: Settings) -> Seen:
    """What the running processes of this data directory see. Raises OSError."""
    answers: list[Answered] = list(_asked(settings))
    said = [msgspec.convert(one.answer, Situation) for one in answers if one.answer is not None]
    return Seen(tuple(said), tuple(one for one in answers if one.answer is None))


def _asked(settings: Settings) -> Iterator[Answered]:
    return ask_all(settings.data, _SITUATION)
