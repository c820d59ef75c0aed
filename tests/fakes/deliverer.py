"""A process that delivers: `python -m fakes.deliverer DIRECTORY FIRST COUNT`.

Prints the number of each delivery once it is acknowledged. To be killed.
"""

import asyncio
import sys
from pathlib import Path

from fakes.makers import BOB, EVE, a_delivery
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock


async def main(directory: Path, first: int, number: int) -> None:
    clock = SystemClock()
    prepare(directory, clock)
    intake = SqliteIntake.in_thread(directory, clock)
    todo = iter(range(first, first + number))

    async def work() -> None:
        for each in todo:
            await intake.deliver(a_delivery(each, BOB, EVE, raw=b"%d " % each * 300))
            print(each, flush=True)

    await asyncio.gather(*(work() for _ in range(20)))
    await intake.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
