"""Whatever a message does to the process that reads it, it costs one digest."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.parsing import ACTS
from mailweir.adapters.parser_pool.pool import LaneLimits, Pool
from mailweir.model.digest import Digest
from mailweir.ports.parser import Lane, Unreadable

TESTS = Path(__file__).parents[1]
FAST = LaneLimits(workers=2, seconds=0.1, wall=1.5)
SLOW = LaneLimits(workers=1, seconds=0.3, wall=1.5)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    pool = Pool(environment, parse=ACTS, limits={Lane.FAST: FAST, Lane.SLOW: SLOW})
    running = asyncio.create_task(pool.run())
    yield pool
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def read(pool: Pool, raw: bytes, lane: Lane = Lane.FAST) -> Digest:
    answer = await pool.parse(raw, lane)
    assert isinstance(answer, Digest), answer
    return answer


def worker_of(digest: Digest) -> int:
    return int(digest.brief.subject.rpartition(" ")[2])


async def test_messages_are_answered_whatever_their_size(pool: Pool) -> None:
    sizes = [4, 100_000, 30_000_000, 5]
    answers = await asyncio.gather(*(read(pool, b"x " + bytes(size - 2)) for size in sizes))
    assert [int(answer.text) for answer in answers] == sizes


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"busy", Unreadable.TIME),
        (b"sleep", Unreadable.TIME),
        (b"crash", Unreadable.CRASH),
        (b"raise", Unreadable.CRASH),
        (b"deep", Unreadable.CRASH),
        (b"grow", Unreadable.MEMORY),
    ],
)
@pytest.mark.parametrize("lane", list(Lane))
async def test_a_message_that_cannot_be_read_harms_no_other(
    pool: Pool, lane: Lane, message: bytes, why: Unreadable
) -> None:
    before = [pool.parse(b"before", lane) for _ in range(5)]
    bad = pool.parse(message, lane)
    after = [pool.parse(b"after", lane) for _ in range(30)]
    assert await bad is why
    assert all(isinstance(answer, Digest) for answer in await asyncio.gather(*before, *after))


async def test_a_message_that_needs_its_time_gets_it(pool: Pool) -> None:
    assert await pool.parse(b"busy 0.2", Lane.FAST) is Unreadable.TIME
    assert isinstance(await pool.parse(b"busy 0.2", Lane.SLOW), Digest)
    assert isinstance(await pool.parse(b"busy 0.03", Lane.FAST), Digest)


async def test_what_comes_behind_a_hang_does_not_wait_for_it(pool: Pool) -> None:
    await asyncio.gather(*(read(pool, b"warm") for _ in range(40)))
    begun = asyncio.get_running_loop().time()
    bad = pool.parse(b"sleep", Lane.FAST)
    await asyncio.sleep(0.03)
    await asyncio.gather(*(read(pool, b"x") for _ in range(5)))
    assert asyncio.get_running_loop().time() - begun < 1.3
    assert not bad.done()
    assert await bad is Unreadable.TIME


async def test_a_killed_worker_is_replaced(pool: Pool) -> None:
    first = worker_of(await read(pool, b"x"))
    os.kill(first, signal.SIGKILL)
    answers = [await pool.parse(b"x", Lane.FAST) for _ in range(3)]
    assert any(isinstance(answer, Digest) and worker_of(answer) != first for answer in answers)


async def test_a_killed_nursery_is_replaced(pool: Pool) -> None:
    first = worker_of(await read(pool, b"x"))
    nursery = parent_of(first)
    os.kill(nursery, signal.SIGKILL)
    assert await ended(first)
    await pool.parse(b"x", Lane.FAST)  # may have been sent to the one that ended
    assert parent_of(worker_of(await read(pool, b"x"))) not in {nursery, 1}


async def test_nothing_is_left_of_a_pool_that_ended() -> None:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    pool = Pool(environment, parse=ACTS)
    running = asyncio.create_task(pool.run())
    worker = worker_of(await read(pool, b"x"))
    nursery = parent_of(worker)
    hanging = pool.parse(b"busy", Lane.SLOW)
    await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not hanging.done()
    assert await ended(worker)
    assert await ended(nursery)


async def ended(pid: int) -> bool:
    for _ in range(100):
        if column("stat", pid) in {"", "Z", "Zs"}:
            return True
        await asyncio.sleep(0.02)
    return False


def parent_of(pid: int) -> int:
    return int(column("ppid", pid) or 0)


def column(name: str, pid: int) -> str:
    found = subprocess.run(
        ["ps", "-o", f"{name}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
