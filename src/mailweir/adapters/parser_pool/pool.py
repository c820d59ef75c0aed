"""The parser pool: a `Parser` whose workers are killed when a message takes too long.

Each lane has workers of its own, so that what holds the slow one up is not felt in the fast one. A
worker is sent several messages ahead and answers in their order; the one at its head is what it is at
work on. When that one's time is over the worker is killed, and what was sent behind it goes to another.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from mailweir.adapters.parser_pool.link import Link
from mailweir.adapters.parser_pool.nursing import Newborn, Nursing
from mailweir.adapters.parser_pool.worker import Answer
from mailweir.model.digest import Digest
from mailweir.observe import logs
from mailweir.ports.parser import Lane, Unreadable

DIGESTING: Final = "mailweir.adapters.parser_pool.digesting:digest_of"
"""What a worker does with a message."""

_AHEAD: Final = 16  # messages that a worker is sent before it has answered the first
_TICK: Final = 0.02  # seconds between two looks at how long workers are at it
_LONG: Final = 0.01  # seconds after which a worker is sent messages only when others are no better
_PROCESS_CLOCK: Final = 2  # of clock_getcpuclockid(3)

_log = logs.get()
_decode = msgspec.msgpack.Decoder(Answer).decode


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """How many workers a lane has, and how long each message may take.

    `seconds` of processor time; `wall` seconds on the clock end what hangs without working. The latter
    must be long: on a machine that is busy with intake a parser hardly gets to work at all.
    """

    workers: int
    seconds: float
    wall: float


LIMITS: Final[Mapping[Lane, LaneLimits]] = {
    Lane.FAST: LaneLimits(workers=2, seconds=0.1, wall=10.0),
    Lane.SLOW: LaneLimits(workers=1, seconds=2.0, wall=30.0),
}


class _Job:
    """One message on its way."""

    __slots__ = ("answer", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.answer: asyncio.Future[Digest | Unreadable] = asyncio.get_running_loop().create_future()

    def settle(self, result: Digest | Unreadable) -> None:
        if not self.answer.done():
            self.answer.set_result(result)


class _Worker:
    """One process, and the messages that it was sent."""

    def __init__(self, newborn: Newborn) -> None:
        self.newborn = newborn
        self.jobs: deque[_Job] = deque()
        self.link: Link | None = None
        self.killed = False
        self._clock = (~newborn.pid << 3) | _PROCESS_CLOCK
        self._begun = (0.0, 0.0)

    def load(self) -> tuple[bool, int]:
        """The smaller, the better it is to send it the next message: one that is long at its own may hang."""
        return bool(self.jobs) and time.monotonic() - self._begun[1] > _LONG, len(self.jobs)

    def begin(self) -> None:
        """It is at work on its next message."""
        self._begun = (self._used(), time.monotonic())

    def overdue(self, limits: LaneLimits) -> bool:
        """Whether its message has had its time."""
        if not self.jobs:
            return False
        used, now = self._begun
        return self._used() - used > limits.seconds or time.monotonic() - now > limits.wall

    def _used(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # it has ended
            return 0.0


class _Lane:
    """The workers of one lane and the messages that wait for one."""

    def __init__(self, nursing: Nursing, limits: LaneLimits) -> None:
        self._nursing = nursing
        self._limits = limits
        self._waiting: deque[_Job] = deque()
        self._workers: list[_Worker] = []
        self._wanted = asyncio.Event()
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    def put(self, job: _Job) -> None:
        self._waiting.append(job)
        self._send()

    def want(self) -> None:
        """One more worker, if there may be one more."""
        self._wanted.set()

    async def run(self) -> None:
        """Keeps as many workers alive as there is work for."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if len(self._workers) < self._limits.workers:
                await self._hire()

    def close(self) -> None:
        """Ends its workers; what they were at is not answered."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for worker in tuple(self._workers):
            worker.newborn.kill()
            if worker.link is not None:
                worker.link.close()
            else:
                worker.newborn.link.close()
                self._nursing.bury(worker.newborn)

    async def _hire(self) -> None:
        worker = _Worker(await self._nursing.fork())
        self._workers.append(worker)

        def make() -> Link:
            return Link(lambda frame: self._answered(worker, frame), lambda: self._lost(worker))

        loop = asyncio.get_running_loop()
        _, worker.link = await loop.create_connection(make, sock=worker.newborn.link)
        self._send()

    def _send(self) -> None:
        while self._waiting:
            worker = min(self._workers, key=_Worker.load, default=None)
            if worker is None or worker.jobs:
                self.want()
            if worker is None or worker.link is None or len(worker.jobs) >= _AHEAD:
                return
            job = self._waiting.popleft()
            worker.jobs.append(job)
            worker.link.send(job.raw)
            if len(worker.jobs) == 1:
                worker.begin()
            self._watch()

    def _answered(self, worker: _Worker, frame: bytes) -> None:
        answer = _decode(frame)
        job = worker.jobs.popleft()
        if worker.jobs:
            worker.begin()
        if answer.digest is not None:
            job.settle(answer.digest)
        else:
            if answer.trouble != Unreadable.MEMORY.value:
                _log.error("a message could not be read", error=answer.trouble)
            job.settle(Unreadable.MEMORY if answer.trouble == Unreadable.MEMORY.value else Unreadable.CRASH)
        self._send()

    def _lost(self, worker: _Worker) -> None:
        """It ended over the message at its head; what was sent behind that waits again."""
        self._workers.remove(worker)
        self._nursing.bury(worker.newborn)
        if self._closed:
            return
        if worker.jobs:
            worker.jobs.popleft().settle(Unreadable.TIME if worker.killed else Unreadable.CRASH)
        self._waiting.extendleft(reversed(worker.jobs))
        self.want()
        self._send()

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._look)

    def _look(self) -> None:
        self._timer = None
        for worker in self._workers:
            if worker.overdue(self._limits):
                worker.killed = True
                worker.newborn.kill()
        if any(worker.jobs for worker in self._workers):
            self._watch()


class Pool:
    """A `Parser`. `parse` works while `run` does."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        parse: str = DIGESTING,
        limits: Mapping[Lane, LaneLimits] = LIMITS,
    ) -> None:
        """`environment`: what its processes inherit; `parse`: the `module:function` that they call."""
        self._nursing = Nursing(parse, environment)
        self._lanes = {lane: _Lane(self._nursing, limits[lane]) for lane in Lane}

    def parse(self, raw: bytes, lane: Lane) -> "asyncio.Future[Digest | Unreadable]":
        """As `Parser` says."""
        job = _Job(raw)
        self._lanes[lane].put(job)
        return job.answer

    async def run(self) -> None:
        """Keeps workers alive until it is cancelled, and ends them then."""
        self._lanes[Lane.FAST].want()
        try:
            async with asyncio.TaskGroup() as group:
                for lane, workers in self._lanes.items():
                    group.create_task(workers.run(), name=f"parser-{lane.value}")
        finally:
            for workers in self._lanes.values():
                workers.close()
            await self._nursing.close()
