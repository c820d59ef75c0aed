"""What `mailweir block` does, beside whatever runs or with everything else down. Each raises StartError."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from mailweir.config.settings import Settings
from mailweir.model.ban import Ban, Register, Subject, Wish
from mailweir.ports.errors import UnavailableError
from mailweir.roles.blocklist import loaded
from mailweir.roles.errors import StartError
from mailweir.services.ban_edits import Confirmations, Kept, Lifted
from mailweir.services.blocklist import Blocklist

T = TypeVar("T")


def entries(settings: Settings) -> list[Ban]:
    """All that are in force."""

    async def act(blocklist: Blocklist) -> list[Ban]:
        return list(blocklist.entries())

    return _on(settings, act)


def deciding(settings: Settings, subject: Subject) -> Ban | None:
    """The entry by which that subject is refused or let in."""

    async def act(blocklist: Blocklist) -> Ban | None:
        return blocklist.deciding(subject)

    return _on(settings, act)


def put(
    settings: Settings, register: Register, subjects: Sequence[Subject], wish: Wish
) -> tuple[Kept, Confirmations]:
    """Blocks or allows these, and sees who goes by it."""

    async def act(blocklist: Blocklist) -> tuple[Kept, Confirmations]:
        kept = await blocklist.put(register, subjects, wish)
        return kept, await blocklist.confirmations(kept.position)

    return _on(settings, act)


def lift(settings: Settings, subject: Subject, origin: str) -> tuple[Lifted, Ban | None, Confirmations]:
    """Takes every entry of that very subject out; by which it is refused or let in all the same."""

    async def act(blocklist: Blocklist) -> tuple[Lifted, Ban | None, Confirmations]:
        lifted = await blocklist.lift([subject], origin)
        patience = {} if lifted.bans else {"patience": 0.0}
        seen = await blocklist.confirmations(lifted.position, **patience)
        return lifted, blocklist.deciding(subject), seen

    return _on(settings, act)


def _on(settings: Settings, act: Callable[[Blocklist], Awaitable[T]]) -> T:
    async def acted() -> T:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        blocklist = loaded(settings, None)
        try:
            return await act(blocklist)
        finally:
            await blocklist.close()

    try:
        return asyncio.run(acted())
    except OSError as error:
        raise StartError(f"{settings.data} cannot be made: {error.strerror}.") from error
    except UnavailableError as error:
        hint = "; make room there" if error.full else ""
        raise StartError(f"The blocklist cannot be used: {error}{hint}.") from error
