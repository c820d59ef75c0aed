"""Outage A: senders that are never the same twice, among real mail and honest neighbours.

Each variant meets a fresh server: first the honest mail alone (calm), then the same with the attack in it.
The loads run on the last processor only, the server on all; they have processes of their own, so that
nothing is measured in a loop that something else keeps busy.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from fakes.server import Endpoint, a_server
from incidents.attack import AttackPlan
from incidents.figures import Figure, at_least, at_most, exactly
from incidents.gauges import Machine, Memory, rows, settled, watched
from incidents.honest import Honest, HonestPlan
from incidents.letters import Letter, Words
from incidents.line import code, handed_over
from incidents.origins import NEIGHBOURS
from incidents.reaction import SLOW, Reaction
from incidents.stage import apart
from incidents.variants import VARIANTS, neighbour

FLAGS: Final = (
    "--profile=internet",
    "--receivers=1",
    "--public-inbox-limit=0",  # so that no row is one of a removal
    "--line-ends-public=lenient",  # some real mail of 2002 has bare CRs
)
RATE: Final = 2_000.0
"""Messages of the attack a second."""
REAL_SHARE: Final = 0.1
"""Real mail of all that is sent."""

_CALM_WITHIN: Final = 60.0  # seconds after the attack
_GIVEN_UP: Final = 90.0  # seconds
_PROBE_EVERY: Final = 1.0  # seconds
_DIGESTED: Final = 30.0  # seconds, at most, for the digests of what came
_LATEST: Final = 4.0  # an attack may take so many times as long as its messages need at their rate
_KNOWN: Final = 0.5  # share of neighbours that the server has seen before the attack
_PROBES: Final = 10_000  # numbers of neighbours from here on are probes


@dataclass(frozen=True, slots=True)
class Size:
    """Of one variant: messages of the attack, honest neighbours."""

    messages: int
    neighbours: int
    rate: float = RATE

    @property
    def seconds(self) -> float:
        return self.messages / self.rate

    @property
    def real(self) -> int:
        return round(self.messages * REAL_SHARE / (1 - REAL_SHARE))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`grown`: the process whose memory grew most, and by how many MiB; `calm_after` in seconds."""

    reaction: Reaction
    calm: Honest
    honest: Honest
    grown: tuple[str, float]
    rows_calm: int
    rows: int
    calm_after: float
    machine: str


async def flooded(data: Path, variant: str, size: Size, *, first_real: int = 0) -> Outcome:
    """One variant, on a server of its own; real mail from the `first_real` on."""
    with a_server(data, *FLAGS) as server:
        machine = Machine()
        calm_plan = HonestPlan(server.smtp, variant, size.seconds, size.real, first_real, size.neighbours, 0)
        at_first = rows(data)
        async with apart("honest", calm_plan) as load:
            await load.go()
            calm = await load.result(Honest)
        before = await settled(data, _DIGESTED)
        plan = replace(
            calm_plan,
            first_real=first_real + size.real,
            first_neighbour=round(size.neighbours * (1 - _KNOWN)),
        )
        async with (
            apart("honest", plan) as load,
            apart("attack", _attack(server.smtp, variant, size)) as attack,
        ):
            memory = Memory(server)
            async with watched(memory):
                await attack.go()
                await load.go()
                reaction = await attack.result(Reaction)
                calm_after = await calm_again(server.smtp, variant)
                honest = await load.result(Honest)
                after = await settled(data, _DIGESTED)
        return Outcome(
            reaction=reaction,
            calm=calm,
            honest=honest,
            grown=memory.growth(),
            rows_calm=before - at_first,
            rows=after - before,
            calm_after=calm_after,
            machine=str(machine),
        )


def _attack(where: Endpoint, variant: str, size: Size) -> AttackPlan:
    return AttackPlan(where, variant, size.messages, size.rate, _LATEST * size.seconds)


async def calm_again(where: Endpoint, variant: str) -> float:
    """How many seconds from now it takes until a new neighbour's message is taken at once, 90 at most."""
    attack = VARIANTS[variant](1)
    words, chance = Words(Random(2)), Random(2)
    begun = time.monotonic()
    asked: dict[asyncio.Task[bool], float] = {}
    try:
        for number in range(_PROBES, _PROBES + round(_GIVEN_UP / _PROBE_EVERY)):
            host, letter = neighbour(attack, words, chance, number)
            probe = asyncio.create_task(_taken(where, NEIGHBOURS.address(number), host.encode(), letter))
            asked[probe] = time.monotonic() - begun
            await asyncio.sleep(_PROBE_EVERY)
            for one, at in asked.items():
                if one.done() and one.result():
                    return at
    finally:
        for probe in asked:
            probe.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    return _GIVEN_UP


async def _taken(where: Endpoint, source: str, host: bytes, letter: Letter) -> bool:
    try:
        async with asyncio.timeout(SLOW):
            return code(await handed_over(where, source, host, letter)) == 250
    except OSError:  # TimeoutError is one
        return False


def figures(variant: str, size: Size, outcome: Outcome) -> list[Figure]:
    """The bars of one variant."""
    reaction, real, neighbours = outcome.reaction, outcome.honest.real, outcome.honest.neighbours
    role, grown = outcome.grown
    detected = reaction.detected_after >= 0 and (
        reaction.detected_after <= 300 or reaction.detected_within <= 2
    )
    return [
        at_least(
            f"{variant}: messages of the attack, sent or held back",
            size.messages - reaction.unsent,
            0.9 * size.messages,
        ),
        Figure(
            f"{variant}: messages before it was detected (-1: never)",
            reaction.detected_after,
            "bar: at most 300, or 2 s",
            detected,
        ),
        Figure(
            f"{variant}: seconds before it was detected (-1: never)",
            round(reaction.detected_within, 2),
            "bar: the same",
            detected,
        ),
        at_least(f"{variant}: per cent of it refused or held", round(reaction.share, 2), 95),
        at_most(f"{variant}: memory of {role}, more MiB", grown, 32),
        at_most(f"{variant}: rows written, times calm's", outcome.rows / max(outcome.rows_calm, 1), 1.5),
        exactly(f"{variant}: real mail refused, of {real.sent:,}", real.refused, 0),
        at_most(f"{variant}: real mail slowed, per cent", 100 * real.slowed / max(real.sent, 1), 0.1),
        at_most(f"{variant}: the same in calm", _slowed(outcome.calm), 0.1),
        at_least(
            f"{variant}: honest under its domain in time, per cent",
            round(100 * neighbours.in_time / max(neighbours.sent, 1), 2),
            99,
        ),
        at_most(f"{variant}: the latest of them, seconds", neighbours.latest, 60),
        at_most(f"{variant}: seconds until all is calm again", outcome.calm_after, _CALM_WITHIN),
    ]


def _slowed(honest: Honest) -> float:
    return 100 * (honest.real.slowed + honest.real.refused) / max(honest.real.sent, 1)


def tell(variant: str, outcome: Outcome) -> None:
    """What the figures do not say, for whoever looks for the cause."""
    reaction = outcome.reaction
    print(
        f"        {variant}: {reaction.rate:,.0f}/s for {reaction.seconds:.1f} s, "
        f"accepted {reaction.accepted:,}, late {reaction.late:,}, refused {reaction.refused:,} "
        f"(without a reply {reaction.broken:,}), held back {reaction.held_back:,}, "
        f"not sent {reaction.unsent:,}; answers {reaction.codes}, such as {reaction.replies}; "
        f"real mail took {_quantiles(outcome.honest.real.took)} s, {dict(outcome.honest.real.replies)}; "
        f"honest {dict(outcome.honest.neighbours.replies)}, "
        f"deferred {outcome.honest.neighbours.deferred} of {outcome.honest.neighbours.sent}; "
        f"{outcome.machine}",
        file=sys.stderr,
        flush=True,
    )


def _quantiles(took: Sequence[float]) -> str:
    ordered = sorted(took) or [0.0]
    return " ".join(f"p{share} {ordered[len(ordered) * share // 101]:.2f}" for share in (50, 90, 99, 100))


def run(*, messages: int, neighbours: int, variants: Sequence[str] = tuple(VARIANTS)) -> list[Figure]:
    """The incident with its bars: so many messages over all variants, and neighbours in each."""
    size = Size(messages // len(VARIANTS), neighbours)
    found: list[Figure] = []
    for number, variant in enumerate(variants):
        with tempfile.TemporaryDirectory(prefix="mailweir-flood-") as directory:
            outcome = asyncio.run(
                flooded(Path(directory) / "data", variant, size, first_real=number * 2 * size.real)
            )
        tell(variant, outcome)
        found += figures(variant, size, outcome)
    return found
