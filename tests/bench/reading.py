"""Reading while mail comes: whether every minute is as good as every other."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench.curves import Curve
from bench.reports import Report, quantile
from bench.settling import settle_in
from bench.steady import MINUTE, Minute, Stream, watch
from fakes.server import a_server

_SHORT, _FULL = 1, 10  # minutes
_RATE, _READS = 500, 50  # a second
_TAIL: Final = 5.0  # times the median request
_WORST: Final = 2.0  # times the median minute


def run(data: Path, report: Report, *, full: bool = False) -> None:
    """Prints the quantiles of all requests, and the worst minute."""
    minutes = _FULL if full else _SHORT
    report.section(
        "Reading under load",
        f"{_READS} requests a second beside {_RATE} messages a second for {minutes} min: all mail, one "
        "inbox, one message, its octets, each for something that has just come. From when a request was due.",
    )
    report.command(f"python -m bench --only reading{' --full' if full else ''}")
    with a_server(data) as server:
        settle_in(server)
        found = watch(server, Stream(_RATE, _READS, minutes * MINUTE + 1))
    reads = sorted(wait * 1000 for minute in found for wait in minute.reads)
    p50 = quantile(reads, 0.5)
    report.figure("requests", f"{len(reads):,}")
    report.figure("p50, ms", f"{p50:.2f}")
    report.figure("p99, ms", f"{quantile(reads, 0.99):.2f}")
    report.at_most("p99.9 / p50", quantile(reads, 0.999) / p50, _TAIL, 1)
    report.figure(
        "mail: due to 250, p99, ms", f"{quantile([w for m in found for w in m.waits], 0.99) * 1000:.2f}"
    )
    if full:
        _by_minute(found, report)


def _by_minute(found: Sequence[Minute], report: Report) -> None:
    p50s = [quantile(minute.reads, 0.5) * 1000 for minute in found]
    p99s = [quantile(minute.reads, 0.99) * 1000 for minute in found]
    report.at_most("worst minute's p50 / that of the median minute", max(p50s) / median(p50s), _WORST)
    report.at_most("worst minute's p99 / that of the median minute", max(p99s) / median(p99s), _WORST)
    series = {"p50": list(enumerate(p50s, 1)), "p99": list(enumerate(p99s, 1))}
    report.curve("bench-reading", Curve("Requests under load", "minute", "ms", series))
