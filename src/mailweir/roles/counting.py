"""Keeps meanwhile when they were used and how often, and at its end once more."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from mailweir.ports.accounts import Accounts
from mailweir.ports.errors import UnavailableError
from mailweir.services.key_uses import KeyUses, Using
from mailweir.services.metering import Metering


@asynccontextmanager
async def counting(accounts: Accounts, using: Using, metering: Metering) -> AsyncGenerator[None]:
    """What cannot be kept at the end, since the store is away, is lost."""
    key_uses = KeyUses(accounts, using)
    tasks = [
        asyncio.create_task(key_uses.run(), name="key-uses"),
        asyncio.create_task(metering.run(), name="metering"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(UnavailableError):
            await metering.keep()
            await key_uses.keep()
