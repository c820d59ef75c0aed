"""Random `kill -9` of receivers, their committers and supervisors under load: nothing may be missing.

This alone would pass without a single fsync, since the page cache outlives a process; `sync_order` is the
proof of that part.
"""

import asyncio
import os
import random
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fakes.server import Server, ServerEndedError, a_server, ended
from incidents.figures import Figure, at_least, exactly
from incidents.senders import Load
from load.journal import Audit

_PAUSES = (0.05, 1.0)  # seconds between two kills
_SUPERVISORS = 1 / 6  # share of kills that hit the supervisor
_RECEIVERS_BACK = 30.0  # seconds within which a killed receiver must have a successor
_PORTS_BACK = 10.0  # seconds; a port that is not listened on may be lent to a client for a moment
_MOST_SECONDS = 600.0  # for the acknowledgements that the kills left to be collected


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    supervisors: int
    audit: Audit


async def kill_under_load(data: Path, *, kills: int, at_least: int, seed: int) -> Outcome:
    """So many kills and at least so many acknowledgements, then the audit by a server that nobody kills."""
    chance = random.Random(seed)
    supervisors = 0
    with a_server(data, "--receivers=2", "--public-inbox-limit=0") as server:
        load = Load([server.smtp, server.smtp, server.smtp, server.submission])
        load.start()
        for number in range(kills):
            await asyncio.sleep(chance.uniform(*_PAUSES))
            # Not the first: a server is to be killed that has mail.
            if number % round(1 / _SUPERVISORS) == 1:
                supervisors += 1
                await _kill_supervisor(server)
            else:
                await _kill_receiver(server, chance)
        await load.until_acknowledged(max(at_least - load.acknowledged, 1), _MOST_SECONDS)
        await load.stop()
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(_start, server)
        audit = await asyncio.to_thread(load.journal.audit, server.api)
    return Outcome(kills, supervisors, audit)


async def _kill_receiver(server: Server, chance: random.Random) -> None:
    async with asyncio.timeout(_RECEIVERS_BACK):
        while not (receivers := server.family("receiver")):  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.05)
    victim = chance.choice(receivers)
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    await asyncio.to_thread(ended, victim, 5.0)


async def _kill_supervisor(server: Server) -> None:
    """Its children end with it, which `kill` checks; then a new one takes over data and ports."""
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(_start, server)


def _start(server: Server) -> None:
    begun = time.monotonic()
    while True:
        try:
            server.start()
        except ServerEndedError:
            if time.monotonic() - begun > _PORTS_BACK:
                raise
        else:
            return


def run(*, kills: int, acknowledged: int, seed: int = 1) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-kill9-") as directory:
        outcome = asyncio.run(
            kill_under_load(Path(directory) / "data", kills=kills, at_least=acknowledged, seed=seed)
        )
    audit = outcome.audit
    return [
        exactly("kill -9, receivers, committers and supervisors", outcome.kills, kills),
        at_least("  of them supervisors", outcome.supervisors, 1),
        at_least("mails acknowledged", audit.acknowledged, acknowledged),
        exactly("lost", audit.lost, 0),
        exactly("invented", audit.invented, 0),
        exactly("doubled", audit.doubled, 0),
        exactly("altered", audit.altered, 0),
    ]
