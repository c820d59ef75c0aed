"""The blocklist opened for a role, or for a command beside whatever runs."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from mailweir.adapters.banbook.book import FileBanBook
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.policy.ban_subjects import Bounds
from mailweir.services.ban_keeping import BanKeeping
from mailweir.services.blocklist import Blocklist

_TOKEN: Final = 4  # octets that tell processes of one node apart, also those of other days


@asynccontextmanager
async def open_blocklist(settings: Settings, role: str) -> AsyncGenerator[Blocklist]:
    """What the node's book says is in force on entry, and kept up meanwhile. Raises UnavailableError."""
    blocklist = await asyncio.to_thread(loaded, settings, role)
    keeping_up = asyncio.create_task(blocklist.run(), name="blocklist")
    try:
        yield blocklist
    finally:
        keeping_up.cancel()
        with suppress(asyncio.CancelledError):
            await keeping_up
        await blocklist.close()


def place(settings: Settings) -> Path:
    """Where a node's copy lies."""
    return settings.data / "blocklist"


def loaded(settings: Settings, role: str | None) -> Blocklist:
    """What the node's book says; `role`: as a process that goes by it. Raises UnavailableError."""
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
