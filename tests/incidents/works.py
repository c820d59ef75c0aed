"""`python -m incidents.works NAME`: a load in a process of its own, as `incidents.stage.apart` starts it."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import uvloop

from incidents.attack import AttackPlan, attack
from incidents.holding import HoldingPlan, holding
from incidents.honest import HonestPlan, honest
from incidents.stage import Stage, commands, settle_down
from incidents.witness import WitnessPlan, witness

_PRESSES: Final = 0
_MEASURES: Final = -10  # niceness: what it measures is the server, not its own wait for a processor


@dataclass(frozen=True, slots=True)
class Work:
    """One load: what its plan is, and who does it."""

    plan: type[Any]
    does: Callable[[Any, Stage], Awaitable[object]]
    niceness: int


WORKS: Final[Mapping[str, Work]] = {
    "attack": Work(AttackPlan, attack, _PRESSES),
    "holding": Work(HoldingPlan, holding, _PRESSES),
    "honest": Work(HonestPlan, honest, _MEASURES),
    "witness": Work(WitnessPlan, witness, _MEASURES),
}


async def _play(work: Work) -> object:
    reader = await commands()
    plan = msgspec.json.decode(await reader.readline(), type=work.plan)
    return await work.does(plan, Stage(reader))


def main() -> None:
    """The result goes to standard output."""
    work = WORKS[sys.argv[1]]
    settle_down(work.niceness)
    result = uvloop.run(_play(work))
    sys.stdout.buffer.write(msgspec.json.encode(result))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
