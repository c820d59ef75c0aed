"""The memory store is the SQLite store told without SQL: whatever happens to both, both show the same."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import given

from contracts.walking import Step, Wait, Watched, walks
from fakes.examples import examples
from fakes.makers import HandClock
from mailweir.adapters.memory.digests import MemoryDigests
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock


@asynccontextmanager
async def twins() -> AsyncGenerator[tuple[Watched, Watched, HandClock]]:
    clock = HandClock()
    memory = MemoryStore(clock)
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), SystemClock())
        intake, mailbox = SqliteIntake.in_thread(Path(name), clock), SqliteMailbox(Path(name), clock)
        digests = SqliteDigests(Path(name), clock)
        try:
            yield (
                Watched(MemoryIntake(memory), MemoryMailbox(memory), MemoryDigests(memory), clock),
                Watched(intake, mailbox, digests, clock),
                clock,
            )
        finally:
            await intake.close()
            await mailbox.close()
            await digests.close()


@examples(40)
@given(walks)
async def test_both_stores_show_the_same_after_every_step(walk: list[Step]) -> None:
    async with twins() as (memory, sqlite, clock):
        for step in walk:
            if isinstance(step, Wait):
                clock.advance(step.seconds)
            await memory.take(step)
            await sqlite.take(step)
            assert await memory.look() == await sqlite.look()
