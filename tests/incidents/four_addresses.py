"""Outage D: four addresses send as fast as they can, and a list of bans that holds with nothing else alive.

Readers of the API go on meanwhile, and are measured; before, they are measured alone. The loads run on the
last processor only, the server on all.
"""

import asyncio
import contextlib
import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from fakes.server import COMMAND, PATIENCE, Endpoint, Server, a_server, endpoint, environment
from incidents.attack import AttackPlan
from incidents.figures import Figure, at_least, at_most, exactly
from incidents.gauges import Machine
from incidents.held_sockets import WARM, served
from incidents.line import a_line, code
from incidents.origins import LISTED, UNLISTED
from incidents.reaction import Reaction
from incidents.served import Witnessed
from incidents.stage import apart
from incidents.variants import four_addresses
from incidents.witness import WitnessPlan

FLAGS: Final = ("--profile=internet", "--receivers=1", "--public-inbox-limit=0")
READS: Final = 50.0
"""Reads a second."""
SOURCES: Final = 4
BANNED: Final = 554

_CONNECTIONS: Final = 40  # ten of each address
_SAMPLES: Final = 300  # CIDRs that are tried
_IMPORTED: Final = 120.0  # seconds for the command
_WITHIN: Final = 1.0  # seconds of the process's being ready
_ANSWERED: Final = 5.0  # seconds for a greeting
_AFTER: Final = 2.0  # seconds that readers go on after the attack


@dataclass(frozen=True, slots=True)
class Outcome:
    """`banned_within` by address, in seconds; who is not in it was not banned."""

    reaction: Reaction
    calm: Witnessed
    pressed: Witnessed
    machine: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`imported` is the command's exit code, `said` the end of what it said. Of the listed addresses
    tried, so many were turned away, and of others so many served, within `seconds` of the ready line."""

    imported: int
    said: str
    tried: int
    turned_away: int
    others: int
    served: int
    seconds: float


async def flooded(data: Path, *, messages: int, seconds: float, calm: float) -> Outcome:
    """`calm` seconds of readers alone, then readers and the attack, `seconds` at most."""
    with a_server(data, *FLAGS) as server:
        machine = Machine()
        async with apart("witness", readers(server, calm, 0, WARM)) as witness:
            await witness.go()
            before = await witness.result(Witnessed)
        plan = AttackPlan(server.smtp, "four-addresses", messages, 0.0, seconds, connections=_CONNECTIONS)
        good = readers(server, seconds + _AFTER, round((WARM + calm) * READS))
        async with apart("witness", good) as witness, apart("attack", plan) as attack:
            await witness.go()
            await attack.go()
            reaction = await attack.result(Reaction)
            witness.stop()
            pressed = await witness.result(Witnessed)
        return Outcome(reaction, before, pressed, str(machine))


def readers(server: Server, seconds: float, first: int, warm: float = 0.0) -> WitnessPlan:
    """Who reads lists and messages, from other addresses."""
    doors = (server.smtp, server.submission, server.http)
    return WitnessPlan(*doors, seconds, reads=READS, first=first, warm=warm)


# --- the list -----------------------------------------------------------------------------------


def cidrs(count: int, chance: Random) -> list[str]:
    """So many different networks: most are parts of LISTED of 1 to 8 addresses, a fifth is IPv6."""
    sixes = [f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::/64" for number in range(count // 5)]
    blocks = chance.sample(range(LISTED.networks * 32), count - len(sixes))
    fours = [_part(block, chance) for block in blocks]
    return [*fours, *sixes]


def _part(block: int, chance: Random) -> str:
    """One network in that eighth of a /24's 256."""
    network, eighth = divmod(block, 32)
    first = LISTED.address(network).rpartition(".")[0]
    size = chance.choice((32, 31, 30, 29))
    width = 1 << (32 - size)
    return f"{first}.{eighth * 8 + chance.randrange(8 // width) * width}/{size}"


async def enforced(data: Path, *, networks: int) -> Listing:
    """Imports so many beside a running server, ends all of it, and starts a receiver alone."""
    chance = Random(1)
    listed = cidrs(networks, chance)
    with a_server(data, *FLAGS):
        file = data.with_suffix(".cidrs")
        file.write_text("\n".join(listed) + "\n", encoding="ascii")
        imported, said = await asyncio.to_thread(_import, file, data)
    fours = [one for one in listed if ":" not in one]
    tried = [one.partition("/")[0] for one in chance.sample(fours, min(_SAMPLES, len(fours)))]
    others = [UNLISTED.address(number, 7) for number in range(0, UNLISTED.networks, UNLISTED.networks // 30)]
    with a_lone_receiver(data) as where:
        ready = time.monotonic()
        answers = await asyncio.gather(*(_greeting(where, source) for source in tried))
        seconds = time.monotonic() - ready
        controls = await asyncio.gather(*(_greeting(where, source) for source in others))
    return Listing(
        imported, said, len(tried), answers.count(BANNED), len(others), controls.count(220), seconds
    )


def _import(file: Path, data: Path) -> tuple[int, str]:
    ended = subprocess.run(
        [COMMAND, "block", "import", str(file), f"--data={data}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_IMPORTED,
        env={**environment(), "MAILWEIR_PROFILE": "internet"},  # where loopback is like any other network
        check=False,
        text=True,
    )
    return ended.returncode, ended.stdout.strip()[-200:]


@contextmanager
def a_lone_receiver(data: Path) -> Generator[Endpoint]:
    """A process of the receiver's role with nothing else there; where it listens, as soon as it is ready."""
    words = [
        COMMAND,
        "serve",
        "--role=receiver",
        "--profile=internet",
        "--smtp=127.0.0.1:0",
        f"--data={data}",
    ]
    with data.with_suffix(".receiver.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, env=environment())
    assert process.stdout is not None
    try:
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError(f"the receiver is not ready in {PATIENCE:g} s")
        yield endpoint(json.loads(process.stdout.readline())["smtp"])
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


async def _greeting(where: Endpoint, source: str) -> int:
    """The code of what a connection from there hears first; 0 for nothing."""
    with contextlib.suppress(OSError):  # TimeoutError is one
        async with asyncio.timeout(_ANSWERED):
            line = await a_line(where, source)
            try:
                return code(await line.reply())
            finally:
                line.hang_up()
    return 0


# --- figures ------------------------------------------------------------------------------------


def figures(outcome: Outcome, listing: Listing) -> list[Figure]:
    """The bars."""
    reaction = outcome.reaction
    banned = reaction.banned_within
    sources: Sequence[str] = [four_addresses(1).source(number) for number in range(SOURCES)]
    worst = max(banned.get(source, reaction.seconds) for source in sources)
    return [
        at_least("messages that four addresses tried to send", reaction.sent, 1),
        exactly("addresses that were banned", sum(source in banned for source in sources), SOURCES),
        at_most("seconds until the last of them was", worst, 2),
        *served("reads", outcome.calm.reads, outcome.pressed.reads),
        exactly("exit code of the import of a list", listing.imported, 0),
        exactly(f"listed addresses turned away, of {listing.tried:,}", listing.turned_away, listing.tried),
        exactly(f"others served, of {listing.others:,}", listing.served, listing.others),
        at_most("seconds from its ready line until all were", listing.seconds, _WITHIN),
    ]


def tell(outcome: Outcome, listing: Listing) -> None:
    """What the figures do not say, for whoever looks for the cause."""
    reaction = outcome.reaction
    print(
        f"        {reaction.sent:,} at {reaction.rate:,.0f}/s: accepted {reaction.accepted:,}, "
        f"late {reaction.late:,}, refused {reaction.refused:,} (without a reply {reaction.broken:,}); "
        f"answers {reaction.codes}, such as {reaction.replies}; "
        f"banned {reaction.banned_within}; reads {dict(outcome.pressed.reads.failures)}; "
        f"import: {listing.said}; {outcome.machine}",
        file=sys.stderr,
        flush=True,
    )


def run(*, messages: int, networks: int) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-four-") as directory:
        path = Path(directory)
        outcome = asyncio.run(
            flooded(path / "data", messages=messages, seconds=max(messages / 500, 20), calm=15.0)
        )
        listing = asyncio.run(enforced(path / "list", networks=networks))
    tell(outcome, listing)
    return figures(outcome, listing)
