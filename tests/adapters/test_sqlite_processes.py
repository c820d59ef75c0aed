"""Several real processes on one store, some of them killed."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from fakes.makers import BOB, EVE
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock

TESTS = Path(__file__).parents[1]


async def a_deliverer(directory: Path, first: int, count: int) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fakes.deliverer", str(directory), str(first), str(count)),
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=PIPE,
    )


async def every_number(directory: Path, inbox: str) -> list[int]:
    """The numbers of the messages in the store; asserts that each is whole."""
    mailbox = SqliteMailbox(directory, SystemClock())
    try:
        copies = [copy for copy in await mailbox.all(limit=1_000_000) if copy.inbox == inbox]
        numbers: list[int] = []
        for copy in copies:
            number = int(copy.id[1:8])
            assert await mailbox.raw(copy.inbox, copy.id) == b"%d " % number * 300
            numbers.append(number)
        return sorted(numbers)
    finally:
        await mailbox.close()


async def test_two_processes_deliver_to_one_store_at_once(tmp_path: Path) -> None:
    both = [await a_deliverer(tmp_path, first, 500) for first in (0, 500)]
    outputs = await asyncio.wait_for(asyncio.gather(*(each.communicate() for each in both)), 40)
    acknowledged = sorted(int(line) for out, _ in outputs for line in out.split())
    assert acknowledged == list(range(1000))
    assert await every_number(tmp_path, BOB) == acknowledged
    assert await every_number(tmp_path, EVE) == acknowledged


async def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    for round_number in range(3):
        process = await a_deliverer(tmp_path, round_number * 100_000, 100_000)
        assert process.stdout is not None
        acknowledged: set[int] = set()
        while len(acknowledged) < 100 + 50 * round_number:
            line = await asyncio.wait_for(process.stdout.readline(), 20)
            acknowledged.add(int(line))
        process.kill()
        rest = await process.stdout.read()
        acknowledged.update(int(line) for line in rest.splitlines(keepends=True) if line.endswith(b"\n"))
        await process.wait()
        prepare(tmp_path, SystemClock())
        kept = await every_number(tmp_path, BOB)
        assert acknowledged <= set(kept)
        assert len(kept) == len(set(kept))
        assert kept == await every_number(tmp_path, EVE)
