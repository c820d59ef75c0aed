"""Digestion under a burst: how fast mail is accepted meanwhile, how long it takes to catch up, its cost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, cast

from bench.reports import Report
from fakes.server import Server, a_server
from load.bodies import Body, alternative, text
from load.cost import Meter
from load.plan import Plan
from load.running import run as load
from mailweir.adapters.sqlite.connection import open_reader
from mailweir.adapters.sqlite.driver import Connection

_ROUNDS: Final = 3
_LOOK: Final = 0.05  # seconds
_MOST: Final = 120.0  # seconds for one burst
_KIB: Final = 1024


class Burst(NamedTuple):
    """So many mails at once. `bar`: µs of processor time for a digest."""

    name: str
    body: Callable[[int], Body]
    size: int
    number: int
    bar: float


_BURSTS: Final = (
    Burst("1 KB text", text, _KIB, 20_000, 300),
    Burst("10 KB text and HTML", alternative, 10 * _KIB, 8_000, 700),
)


def run(data: Path, report: Report) -> None:
    """Prints the accept rate with everything on, the rate of digestion afterwards, and its cost."""
    report.section(
        "Digestion",
        f"A burst of mail, and then the time until every message has its digest; best of {_ROUNDS}. A "
        "digest's cost is what all processes of the digest role need while it catches up.",
    )
    for place, burst in enumerate(_BURSTS):
        with a_server(data.with_name(f"data{place}"), "--public-inbox-limit=0") as server:
            _measure(burst, server, report)


def _measure(burst: Burst, server: Server, report: Report) -> None:
    words = f"--messages {burst.number} --body {burst.body(0).name} --size {burst.size}"
    report.command(f"python -m load HOST:PORT {words}   # {burst.name}, then wait for digests")
    plan = Plan(body=burst.body(burst.size), messages=burst.number, seconds=_MOST)
    accepted: list[float] = []
    digested: list[float] = []
    drained: list[float] = []
    costs: list[float] = []
    connection = open_reader(server.data)
    for turn in range(1, _ROUNDS + 1):
        accepted.append(load(server.smtp, plan).rate)
        meter = Meter(server.pid)
        meter.start()
        left, seconds = _drain(connection, turn * burst.number)
        spent = meter.stop().seconds["digest"]
        drained.append(seconds)
        digested.append(left / seconds)
        costs.append(spent * 1e6 / max(left, 1))
    connection.close()
    report.figure(f"{burst.name}: accepted with everything on, messages/s", f"{max(accepted):,.0f}")
    report.figure(f"{burst.name}: digested after the burst, messages/s", f"{max(digested):,.0f}")
    report.figure(f"{burst.name}: until {burst.number:,} have their digests, s", f"{min(drained):.2f}")
    report.at_most(f"{burst.name}: digesting, µs a mail", min(costs), burst.bar, 0)


def _drain(connection: Connection, wanted: int) -> tuple[int, float]:
    """How many messages had no digest when the burst ended, and for how many seconds that lasted."""
    begun = time.monotonic()
    first: int | None = None
    while time.monotonic() - begun < _MOST:
        count = cast("int", connection.execute("SELECT count(*) FROM digest").get)
        first = count if first is None else first
        if count >= wanted:
            return wanted - first, time.monotonic() - begun
        time.sleep(_LOOK)  # noqa: TID251  nobody tells us
    raise TimeoutError(f"{wanted:,} messages have no digests after {_MOST:g} s")
