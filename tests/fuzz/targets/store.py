"""The SQLite store in a process that is killed at random, against the memory twin that never is.

What was acknowledged is there, what was under way is there whole or not at all, and nothing else is. Another
process reads all the time, as the web does.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.walking import Delete, Deliver, Step, Watched, clear, delete, deliver, expire, inboxes, read
from fakes.makers import HandClock
from fuzz.storekeeping import Keeper
from mailweir.adapters.memory.digests import MemoryDigests
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock

T = TypeVar("T")

_CROWD: Final = 6
_pauses = st.sampled_from((0.0, 0.0005, 0.001, 0.002, 0.004, 0.008))  # seconds; a commit takes some two
_crowds = st.lists(
    st.builds(Deliver, st.integers(10, 40), st.lists(inboxes, min_size=1, max_size=3)),
    min_size=2,
    max_size=_CROWD,
    unique_by=lambda one: one.number,
)


class Store(RuleBasedStateMachine):
    """Both stores on one walk."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = Path(tempfile.mkdtemp(prefix="mailweir-store-"))
        self.clock = HandClock()
        self.memory_store = MemoryStore(self.clock)
        self.keeper: Keeper | None = None
        self.delivered: list[Deliver] = []

    @initialize()
    def begin(self) -> None:
        prepare(self.directory, SystemClock())
        self.memory = self.wait(self.a_memory())
        self.shown = self.wait(self.a_reader())
        self.keeper = Keeper(self.directory)

    # --- what happens ----------------------------------------------------------------------

    @rule(step=st.one_of(deliver, deliver, delete, expire, read, clear))
    def take(self, step: Step) -> None:
        self.running.tell(self.clock.passed, [step])
        self.running.done(1)
        self.wait(self.memory.take(step))
        if isinstance(step, Deliver):
            self.delivered.append(step)
        self.compare()

    @rule(at=st.integers(0, 30))
    def delete_one(self, at: int) -> None:
        """One that is there, if any is."""
        if kept := self.wait(self.memory.mailbox.all(limit=1000)):
            copy = kept[at % len(kept)]
            queue_id, _, index = copy.id.partition("-")
            self.take(Delete(int(queue_id[1:]), int(index), copy.inbox))

    @precondition(lambda self: self.delivered)
    @rule(at=st.integers(0, 30))
    def replay(self, at: int) -> None:
        """A sender who has not seen the answer says it again."""
        self.take(self.delivered[at % len(self.delivered)])

    @rule(steps=_crowds)
    def take_many(self, steps: list[Deliver]) -> None:
        self.running.tell(self.clock.passed, list(steps))
        told = self.running.done(len(steps))
        self.catch_up(steps, told)

    @rule(seconds=st.sampled_from((11, 1800, 3700, 90_000)))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(step=st.one_of(deliver, deliver, delete, read, clear), pause=_pauses)
    def kill_at_one(self, step: Step, pause: float) -> None:
        """Each of these steps is one transaction."""
        told = self.crash([step], pause)
        before = self.wait(self.memory.look())
        if told or self.wait(self.shown.look()) != before:
            self.wait(self.memory.take(step))
        self.restart()

    @rule(steps=_crowds, pause=_pauses)
    def kill_at_many(self, steps: list[Deliver], pause: float) -> None:
        told = self.crash(list(steps), pause)
        self.catch_up(steps, told)
        self.restart()

    # --- how it is made to happen ----------------------------------------------------------

    @property
    def running(self) -> Keeper:
        assert self.keeper is not None
        return self.keeper

    def crash(self, steps: Sequence[Step], pause: float) -> list[int]:
        self.running.tell(self.clock.passed, list(steps))
        time.sleep(pause)  # noqa: TID251  the process is killed in the middle of what it does
        told = self.running.kill()
        self.keeper = None
        return told

    def restart(self) -> None:
        self.compare()
        self.keeper = Keeper(self.directory)
        self.compare()
        # What was given out and not digested is given out again.
        self.memory.digests = MemoryDigests(self.memory_store)

    def catch_up(self, steps: Sequence[Deliver], told: list[int]) -> None:
        """Brings the memory to where the store is: of a crowd, any order and any end is right."""
        kept = self.wait(self.shown.mailbox.all(limit=1000))
        order = {copy.id.partition("-")[0]: copy.seq for copy in kept}
        known = {copy.id.partition("-")[0] for copy in self.wait(self.memory.mailbox.all(limit=1000))}
        present = [step for step in steps if f"q{step.number:07d}" in order.keys() - known]
        for step in sorted(present, key=lambda step: order[f"q{step.number:07d}"]):
            self.wait(self.memory.take(step))
        for number in told:  # acknowledged, and so there, or kept before and let go
            self.wait(self.memory.take(steps[number]))
        self.compare()

    def compare(self) -> None:
        assert self.wait(self.shown.look()) == self.wait(self.memory.look())

    async def a_memory(self) -> Watched:
        store = self.memory_store
        return Watched(MemoryIntake(store), MemoryMailbox(store), MemoryDigests(store), self.clock)

    async def a_reader(self) -> Watched:
        """Who only looks: the process that delivers is another one."""
        self.mailbox = SqliteMailbox(self.directory, self.clock)
        self.digests = SqliteDigests(self.directory, self.clock)
        return Watched(MemoryIntake(self.memory_store), self.mailbox, self.digests, self.clock)

    def wait(self, coroutine: "Coroutine[object, object, T]") -> T:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        if self.keeper is not None:
            self.keeper.kill()
            self.wait(self.close())
        self.runner.close()
        shutil.rmtree(self.directory)

    async def close(self) -> None:
        await self.mailbox.close()
        await self.digests.close()


MACHINE = Store
