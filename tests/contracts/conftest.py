"""The stores and buses that every contract is held against."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.apart import an_intake_apart
from fakes.makers import HandClock
from mailweir.adapters.local.bus import LocalBus
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.memory.digests import MemoryDigests
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.ports.bus import Bus
from mailweir.ports.digests import Digests
from mailweir.ports.intake import Intake
from mailweir.ports.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Store:
    """Both halves of one store, and the clock that it goes by."""

    intake: Intake
    mailbox: Mailbox
    digests: Digests
    clock: HandClock


@pytest.fixture(params=["memory", "sqlite", "sqlite-apart"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    clock = HandClock()
    if request.param == "memory":
        kept = MemoryStore(clock)
        yield Store(MemoryIntake(kept), MemoryMailbox(kept), MemoryDigests(kept), clock)
        return
    prepare(tmp_path, SystemClock())
    mailbox, digests = SqliteMailbox(tmp_path, clock), SqliteDigests(tmp_path, clock)
    if request.param == "sqlite":
        intake = SqliteIntake.in_thread(tmp_path, clock)
        yield Store(intake, mailbox, digests, clock)
        await intake.close()
    else:
        async with an_intake_apart(tmp_path, clock) as intake:
            yield Store(intake, mailbox, digests, clock)
    await mailbox.close()
    await digests.close()


@pytest.fixture
def digests(store: Store) -> Digests:
    return store.digests


@pytest.fixture
def intake(store: Store) -> Intake:
    return store.intake


@pytest.fixture
def mailbox(store: Store) -> Mailbox:
    return store.mailbox


@pytest.fixture
def clock(store: Store) -> HandClock:
    return store.clock


@pytest.fixture(params=["memory", "local"])
async def buses(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Callable[[], Bus]]:
    """Makes the bus of one more process."""
    if request.param == "memory":
        bus = MemoryBus()
        yield lambda: bus
        return
    made: list[LocalBus] = []

    def make() -> LocalBus:
        made.append(LocalBus(tmp_path / "bus", SystemClock()))
        return made[-1]

    yield make
    for each in made:
        each.close()
