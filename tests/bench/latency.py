"""How long a sender waits for its 250: alone, and among many at a rate that is kept."""

import time
from pathlib import Path
from typing import Final

from bench.reports import Report, quantile
from bench.wire import Wire
from fakes.server import Endpoint, a_server
from load.plan import Plan
from load.running import run as load

_ALONE: Final = 3_000  # messages
_RATE: Final = 2_000  # messages/s
_CONNECTIONS: Final = 50
_SECONDS: Final = 10
_WARM: Final = 200  # messages that do not count
_P50, _P99, _PACED_P99 = 1.0, 5.0, 40.0  # ms


def run(data: Path, report: Report) -> None:
    """Prints p50 and p99."""
    report.section("Latency", "How long a sender waits for its 250. At a rate: from when a mail was due.")
    with a_server(data) as server:
        report.command(f"python -m bench --only latency   # one sender, {_ALONE:,} messages of 1 KB by DATA")
        waits = alone(server.smtp)
        report.at_most("one sender, final dot to 250, p50, ms", quantile(waits, 0.5), _P50)
        report.at_most("one sender, final dot to 250, p99, ms", quantile(waits, 0.99), _P99)
        words = f"--rate {_RATE} --connections {_CONNECTIONS} --seconds {_SECONDS}"
        report.command(f"python -m load HOST:PORT {words}")
        tally = load(server.smtp, Plan(rate=_RATE, connections=_CONNECTIONS, seconds=_SECONDS + 1, warm=1))
        p50, p99 = (wait * 1000 for wait in tally.quantiles([0.5, 0.99]))
        report.at_least(f"at {_RATE:,}/s: messages/s kept up", tally.rate, 0.99 * _RATE)
        report.figure(f"at {_RATE:,}/s: due to 250, p50, ms", f"{p50:.2f}")
        report.at_most(f"at {_RATE:,}/s: due to 250, p99, ms", p99, _PACED_P99)


def alone(where: Endpoint) -> list[float]:
    """Milliseconds from the final dot to its answer."""
    waits: list[float] = []
    with Wire(where) as wire:
        for _ in range(_WARM + _ALONE):
            wire.begin()
            begun = time.perf_counter()
            wire.finish()
            waits.append((time.perf_counter() - begun) * 1000)
    return waits[_WARM:]
