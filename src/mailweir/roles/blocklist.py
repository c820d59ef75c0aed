"""The blocklist opened for a role, or for a command beside whatever runs."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Final, TypeVar

from mailweir.adapters.banbook.book import FileBanBook
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.policy.ban_subjects import Bounds
from mailweir.ports.errors import UnavailableError
from mailweir.roles.errors import StartError
from mailweir.services.ban_keeping import BanKeeping
from mailweir.services.blocklist import Blocklist

T = TypeVar("T")

_TOKEN: Final = 4  # octets that tell processes of one node apart, also those of other days


@asynccontextmanager
async def open_blocklist(settings: Settings, role: str) -> AsyncGenerator[Blocklist]:
    """What the node's book says is in force on entry, and kept up meanwhile. Raises UnavailableError."""
    blocklist = await asyncio.to_thread(_loaded, settings, role)
    keeping_up = asyncio.create_task(blocklist.run(), name="blocklist")
    try:
        yield blocklist
    finally:
        keeping_up.cancel()
        with suppress(asyncio.CancelledError):
            await keeping_up
        await blocklist.close()


def edit_blocklist(settings: Settings, act: Callable[[Blocklist], Awaitable[T]]) -> T:
    """What `act` gives, on the blocklist of these settings; nothing else has to run. Raises StartError."""

    async def acted() -> T:
        blocklist = _loaded(settings, None)
        try:
            return await act(blocklist)
        finally:
            await blocklist.close()

    try:
        return asyncio.run(acted())
    except UnavailableError as error:
        hint = "; make room there" if error.full else ""
        raise StartError(f"The blocklist cannot be used: {error}{hint}.") from error


def place(settings: Settings) -> Path:
    """Where a node's copy lies."""
    return settings.data / "blocklist"


def _loaded(settings: Settings, role: str | None) -> Blocklist:
    clock, limit = SystemClock(), settings.blocklist_limit
    book = FileBanBook(place(settings), clock, limit=limit, role=role)
    writer = f"{settings.node_name}/{secrets.token_hex(_TOKEN)}"
    blocklist = Blocklist(BanKeeping(book, clock, writer=writer, limit=limit), _bounds(settings), limit=limit)
    try:
        blocklist.load()
    except BaseException:
        book.close()
        raise
    return blocklist


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        trusted=[ip_network(network) for network in settings.trusted_proxies],
        own=frozenset(settings.base_domains),
        loopback=settings.profile == "local",
    )
