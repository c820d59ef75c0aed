"""Half an hour of mail, readers and sockets, with retention at work: whether anything creeps up."""

from pathlib import Path
from typing import Final

from bench.curves import Curve
from bench.reports import Report, quantile
from bench.settling import settle_in
from bench.steady import MINUTE, Stream, watch
from fakes.server import a_server

MINUTES: Final = 30
_STREAM: Final = Stream(rate=200, reads=20, seconds=MINUTES * MINUTE + 1, sockets=20)
_KEPT: Final = 50  # messages of an inbox
_WARM: Final = 5  # minutes in which caches fill
_SLOPE: Final = 0.5  # MiB a minute
_MIB: Final = 1 << 20


def run(data: Path, report: Report) -> None:
    """Prints slopes, and draws what was seen minute by minute."""
    flag = f"--public-inbox-limit={_KEPT}"
    report.section(
        "Soak",
        f"{MINUTES} min at {_STREAM.rate:g} messages a second, {_STREAM.reads:g} requests a second and "
        f"{_STREAM.sockets} sockets; an inbox keeps {_KEPT} messages. Slopes are from minute {_WARM} on.",
    )
    report.command(f"mailweir serve {flag}; python -m bench --only soak")
    with a_server(data, flag) as server:
        settle_in(server)
        found = watch(server, _STREAM)
    minutes = range(1, len(found) + 1)
    pss = [minute.pss / _MIB for minute in found]
    disk = [minute.disk / _MIB for minute in found]
    descriptors = [minute.descriptors for minute in found]
    report.figure("messages", f"{sum(len(minute.waits) for minute in found):,}")
    report.figure("requests", f"{sum(len(minute.reads) for minute in found):,}")
    report.figure("frames on sockets", f"{sum(minute.frames for minute in found):,}")
    report.at_most("PSS of all processes, MiB a minute", slope(pss[_WARM:]), _SLOPE)
    report.figure("PSS of all processes, MiB, first and last", f"{pss[0]:.0f}, {pss[-1]:.0f}")
    grown = max(descriptors[_WARM:]) - descriptors[_WARM]
    report.at_most("open files, grown by", grown, 0, 0)
    report.figure("disk, MiB a minute", f"{slope(disk[_WARM:]):.2f}")
    report.figure("disk, MiB, last", f"{disk[-1]:.0f}")
    p99s = [quantile(minute.waits, 0.99) * 1000 for minute in found]
    reads = [quantile(minute.reads, 0.99) * 1000 for minute in found]
    report.figure("due to 250, p99 of the best and the worst minute, ms", f"{min(p99s):.1f}, {max(p99s):.1f}")
    report.figure("requests, p99 of the best and the worst minute, ms", f"{min(reads):.1f}, {max(reads):.1f}")
    for name, title, unit, series in (
        ("memory", "PSS of all processes", "MiB", {"PSS": pss}),
        ("disk", "Disk", "MiB", {"data directory": disk}),
        ("latency", "p99 of each minute", "ms", {"due to 250": p99s, "requests": reads}),
    ):
        curves = {label: list(zip(minutes, values, strict=True)) for label, values in series.items()}
        report.curve(f"bench-soak-{name}", Curve(title, "minute", unit, curves))


def slope(values: list[float]) -> float:
    """By which they rise from one to the next, by least squares."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    above = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return above / sum((at - middle) ** 2 for at in range(len(values)))
