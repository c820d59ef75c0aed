"""Outage B: sockets held by thousands, a crowd from one address, and spam, while good clients come and go.

First the good clients alone (calm), on the same server. The loads run on the last processor only, the server
on all.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes.server import Server, a_server
from incidents.figures import Figure, at_least, at_most, exactly
from incidents.gauges import Machine
from incidents.holding import Held, Holding, HoldingPlan
from incidents.served import Served, Witnessed
from incidents.stage import apart
from incidents.witness import WitnessPlan

FLAGS: Final = ("--profile=internet", "--receivers=1", "--public-inbox-limit=0")
CALM: Final = 15.0  # seconds of good clients alone
WARM: Final = 5.0  # seconds of them that do not count, on a server that has just been started
PACE: Final = 40.0
"""Good deliveries, and reads, a second."""

_IDLE_WITHIN: Final = 60.0
_DRIP_WITHIN: Final = 30.0
_SWEEP: Final = 2.0  # seconds by which a deadline may be found late
_ONE_ADDRESS: Final = 30  # connections that one address may have
_OPENING: Final = 15.0  # seconds after which all are there, and the good clients begin: 9,000 at 1,000/s
_FLOOR: Final = 50.0  # ms


@dataclass(frozen=True, slots=True)
class Size:
    """How many hold a socket, drip, come from one address, and send spam, for how many seconds."""

    idle: int
    dripping: int
    crowd: int
    spammers: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    holding: Holding
    calm: Witnessed
    pressed: Witnessed
    machine: str


def good_clients(server: Server, seconds: float, first: int, warm: float = 0.0) -> WitnessPlan:
    """Who delivers and reads, at the pace that is the same in calm and under pressure."""
    doors = (server.smtp, server.submission, server.http)
    return WitnessPlan(*doors, seconds, deliveries=PACE, reads=PACE, first=first, warm=warm)


async def held(data: Path, size: Size, *, calm: float = CALM, opening: float = _OPENING) -> Outcome:
    """All of it on one server; good clients come `opening` seconds after the others have begun."""
    with a_server(data, *FLAGS) as server:
        machine = Machine()
        async with apart("witness", good_clients(server, calm, 0, WARM)) as witness:
            await witness.go()
            before = await witness.result(Witnessed)
        plan = HoldingPlan(
            server.smtp, size.idle, size.dripping, size.crowd, size.spammers, opening + size.seconds
        )
        good = good_clients(server, size.seconds, round((WARM + calm) * PACE))
        async with apart("witness", good) as witness, apart("holding", plan) as load:
            await load.go()
            await asyncio.sleep(opening)
            await witness.go()
            pressed = await witness.result(Witnessed)
            found = await load.result(Holding)
        return Outcome(found, before, pressed, str(machine))


def served(name: str, calm: Served, pressed: Served, factor: float = 3.0) -> list[Figure]:
    """What is asked of one kind of good client, beside what it was in calm."""
    bar = max(factor * calm.p99, _FLOOR)
    return [
        exactly(f"{name} that failed, of {pressed.count:,}", pressed.failed, 0),
        at_most(f"{name}, p99, ms (in calm {calm.p99:.1f})", pressed.p99, round(bar, 1)),
    ]


def figures(outcome: Outcome) -> list[Figure]:
    """The bars."""
    holding, calm, pressed = outcome.holding, outcome.calm, outcome.pressed
    return [
        exactly(
            f"in calm: clients that failed, of {calm.reads.count:,}",
            calm.deliveries.failed + calm.reads.failed,
            0,
        ),
        *served("deliveries", calm.deliveries, pressed.deliveries),
        *served("reads", calm.reads, pressed.reads),
        at_least("sockets that were opened to be held", holding.idle.opened, 1),
        at_most("an idle one was held for, at most, seconds", holding.idle.longest, _IDLE_WITHIN + _SWEEP),
        at_least("senders that dripped", holding.dripping.opened, 1),
        at_most(
            "one of them was held for, at most, seconds", holding.dripping.longest, _DRIP_WITHIN + _SWEEP
        ),
        at_most("connections of one address at once", holding.crowd.at_once, _ONE_ADDRESS),
        at_least("spam that was answered", holding.spam.total() - holding.spam["0"], 1),
    ]


def tell(outcome: Outcome) -> None:
    """What the figures do not say, for whoever looks for the cause."""
    holding = outcome.holding
    kinds: Sequence[tuple[str, Held]] = (
        ("idle", holding.idle),
        ("dripping", holding.dripping),
        ("crowd", holding.crowd),
    )
    for name, held in kinds:
        print(
            f"        {name}: opened {held.opened:,}, at once {held.at_once:,}, "
            f"longest {held.longest:.0f} s, turned away {dict(held.turned_away)}",
            file=sys.stderr,
        )
    failures = [dict(one.failures) for one in (outcome.pressed.deliveries, outcome.pressed.reads)]
    print(
        f"        spam {dict(holding.spam)}; failures {failures}; {outcome.machine}",
        file=sys.stderr,
        flush=True,
    )


def run(*, idle: int, dripping: int, crowd: int, spammers: int, seconds: float) -> list[Figure]:
    """The incident with its bars."""
    size = Size(idle, dripping, crowd, spammers, seconds)
    with tempfile.TemporaryDirectory(prefix="mailweir-held-") as directory:
        outcome = asyncio.run(held(Path(directory) / "data", size))
    tell(outcome)
    return figures(outcome)
