"""Sign-ups by the thousand: pytest's workers wait for codes while all processes of the server are killed.

Every sign-up has an inbox of its own, with decoys in it and beside it; its mail comes before the wait, during
it or late, and its application's first attempt to send it may break off.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fakes.server import Server, a_server
from incidents.figures import Figure, at_least, exactly
from incidents.killer import Killer

ROLES = ("web", "digest", "receiver", "access")
AT_ONCE = 10
"""Sign-ups of one test."""

_SHOP = Path(__file__).with_name("shop.py")
_OUTPUT = 4000  # characters of pytest's that are shown when it failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the sign-ups ended, by what was wrong ("" for nothing), and how often which role was killed."""

    ends: Counter[str]
    killed: Counter[str]


async def signups_under_restarts(
    data: Path, *, signups: int, workers: int, pause: tuple[float, float], seed: int = 1
) -> Outcome:
    """`pause`: seconds between two kills, at random."""
    results = data.with_name("results")
    results.mkdir()
    with a_server(data) as server:
        killer = Killer(server, random.Random(seed), pause, ROLES)
        killing = asyncio.create_task(killer.work())
        try:
            await _tested(server, results, signups, workers)
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
    lines = [line for file in results.iterdir() for line in file.read_text("utf-8").splitlines()]
    return Outcome(Counter(json.loads(line) for line in lines), killer.by_role)


async def _tested(server: Server, results: Path, signups: int, workers: int) -> None:
    """Runs pytest over the tests of a shop, each of AT_ONCE sign-ups."""
    smtp = server.smtp
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"),
        *("-n", str(workers), "--maxprocesses", str(workers), "-o", "asyncio_mode=auto"),
        *("--rootdir", str(results), "-c", os.devnull, str(_SHOP)),
        env={
            **os.environ,
            "MAILWEIR_URL": f"http://{server.http}",
            "MAILWEIR_SMTP": str(smtp),
            "SHOP_TESTS": str(signups // AT_ONCE),
            "SHOP_RESULTS": str(results),
        },
        cwd=results,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await running.communicate()
    assert running.returncode == 0, output.decode()[-_OUTPUT:]


def run(*, signups: int, workers: int, seed: int = 1) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-signups-") as directory:
        outcome = asyncio.run(
            signups_under_restarts(
                Path(directory) / "data", signups=signups, workers=workers, pause=(1.0, 3.0), seed=seed
            )
        )
    ends = outcome.ends
    return [
        exactly("sign-ups, 10 at a time in each worker", ends.total(), signups),
        exactly("that were given another message", ends["wrong message"], 0),
        exactly("that were given another code", ends["wrong code"], 0),
        exactly("that found no mail in 60 s", ends["no mail"], 0),
        exactly("that went wrong otherwise", ends.total() - ends[""] - sum(map(ends.__getitem__, KNOWN)), 0),
        at_least("kills of the role that was killed least", min(map(outcome.killed.__getitem__, ROLES)), 1),
    ]


KNOWN = ("wrong message", "wrong code", "no mail")
