"""How fast mail is taken in, beside servers that keep nothing, in the same minutes.

Servers take turns, so that a busy minute of the machine hits all of them; a ratio says more than a rate.
Everything of ours is on: mail is synced before its 250, and digestion runs, with all that the rounds
before have left to it. In the turns of the others we are held up.
"""

import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

from bench.curves import Curve
from bench.matrix import BODIES, CELLS, MAIN, ROUNDS, SECONDS, SINK, US, WARM, Cell, Found
from bench.references import PEER_SERVERS, a_sink
from bench.reports import Report, by_series, spread
from bench.settling import held_up, settle_in
from fakes.server import Endpoint, Server, a_server
from load.cost import Cost, Meter
from load.plan import Way
from load.running import run as load

_RATIOS: Final = {
    (Way.ONE, 1): 0.65,
    (Way.REUSED, 1): 0.50,
    (Way.REUSED, 10): 0.45,
    (Way.REUSED, 100): 0.50,
}
_PIPELINED: Final = 1.3  # of our own rate without it
_TIMES: Final = 3.0  # the best of the peers
_ACCEPTING: Final = 130.0  # µs of processor time for a mail, digestion apart
_SOURCE_COUNTS: Final = {Way.ONE: 8_000, Way.REUSED: 20_000}
_HEADER: Final = ("", US, SINK, "ratio", "p50 ms to 250", "p99 ms to 250", "µs")


def run(data: Path, report: Report) -> None:
    """The matrix, the same load by another client, and the peers."""
    report.section(
        "Ingest",
        f"Mail acknowledged a second, best of {ROUNDS} rounds of {SECONDS} s (worst in brackets), and its "
        "ratio to `smtp-sink`. 1 KB is text with encoded words, 10 KB text and HTML, 100 KB text and a PDF "
        "file. ms to 250: from the final dot. µs: processor time of all our processes but digestion a mail.",
    )
    with a_sink() as sink:
        cells = _matrix(sink, data, report)
        _bars(cells, report)
        _curves(cells, report)
        _by_source(sink, data, report)
    _beside_peers(data, report)


def against(where: Endpoint, report: Report) -> None:
    """Any SMTP server, beside the sink. It is sent a great deal of mail."""
    report.section("Ingest", f"Mail acknowledged a second by {where}, beside `smtp-sink`.")
    who = str(where)
    header = ("", who, SINK, "ratio", "refused or broken off")
    with a_sink() as sink:
        for _, block in groupby(CELLS, lambda cell: (cell.way, cell.size)):
            rows: list[Sequence[str]] = []
            for cell in block:
                found, troubles = Found(), 0
                for _ in range(ROUNDS):
                    found.add(SINK, load(sink, cell.plan).rate)
                    tally = load(where, cell.plan)
                    found.add(who, tally.rate)
                    troubles += tally.troubles
                rates = [spread(found.rates[one]) for one in (who, SINK)]
                rows.append([str(cell), *rates, f"{found.ratio(who):.2f}", f"{troubles:,}"])
            report.table(header, rows)


def _matrix(sink: Endpoint, data: Path, report: Report) -> dict[Cell, Found]:
    cells: dict[Cell, Found] = {}
    for (way, size), block in groupby(CELLS, lambda cell: (cell.way, cell.size)):
        with _a_server(data) as server:
            for cell in block:
                cells[cell] = _measured(cell, sink, server)
        what = f"--way {way} --body {BODIES[size](0).name} --size {size}KiB"
        how = f"--connections N --seconds {SECONDS + WARM} --warm {WARM}"
        report.command(f"python -m load HOST:PORT {what} {how}")
        found = {cell: one for cell, one in cells.items() if (cell.way, cell.size) == (way, size)}
        report.table(_HEADER, [_row(cell, one) for cell, one in found.items()])
    return cells


@contextmanager
def _a_server(data: Path) -> Generator[Server]:
    """In a directory that goes with it, beside `data`."""
    with (
        tempfile.TemporaryDirectory(dir=data.parent) as directory,
        a_server(Path(directory) / "data") as server,
    ):
        settle_in(server)
        yield server


def _measured(cell: Cell, sink: Endpoint, server: Server) -> Found:
    found = Found()
    for turn in range(1, ROUNDS + 1):
        with held_up(server):
            found.add(SINK, load(sink, cell.plan).rate)
        _ours(cell, server, found, audited=cell.connections == MAIN and turn == ROUNDS)
    return found


def _ours(cell: Cell, server: Server, found: Found, *, audited: bool = False) -> None:
    meter = Meter(server.pid)
    costs: list[Cost] = []
    tally = load(server.smtp, cell.plan, on_count=meter.start, on_end=lambda: costs.append(meter.stop()))
    assert tally.troubles == 0, (tally.refused, tally.broken)
    found.add_ours(tally, costs[0])
    if audited:
        found.audit = tally.journal.audit_once_read(server.api)


def _row(cell: Cell, found: Found) -> Sequence[str]:
    assert found.ours is not None
    waits = [f"{wait * 1000:.2f}" for wait in found.ours.quantiles([0.5, 0.99])]
    rates = [spread(found.rates[who]) for who in (US, SINK)]
    return [cell.place, *rates, f"{found.ratio():.2f}", *waits, f"{found.accepting:.0f}"]


def _bars(cells: Mapping[Cell, Found], report: Report) -> None:
    for (way, size), bar in _RATIOS.items():
        cell = Cell(way, size, MAIN)
        report.at_least(f"{cell}: ratio to the sink", cells[cell].ratio(), bar, 2)
    reused = cells[Cell(Way.REUSED, 1, MAIN)]
    gain = cells[Cell(Way.PIPELINED, 1, MAIN)].best(US) / reused.best(US)
    report.at_least(f"1 KB, {MAIN} connections: pipelined / reused", gain, _PIPELINED, 2)
    title = f"1 KB, {MAIN} connections, reused: accepting, µs a mail"
    report.at_most(title, reused.accepting, _ACCEPTING, 0)
    audits = [found.audit for found in cells.values() if found.audit is not None]
    harms = [
        sum(harm) for harm in zip(*((a.lost, a.invented, a.doubled, a.altered) for a in audits), strict=True)
    ]
    report.figure(
        f"{sum(audit.acknowledged for audit in audits):,} looked up: lost, invented, doubled, altered",
        ", ".join(map(str, harms)),
        "none",
        met=not any(harms),
    )


def _curves(cells: Mapping[Cell, Found], report: Report) -> None:
    for way in Way:
        points = {
            (who, float(cell.connections)): found.best(who)
            for cell, found in cells.items()
            if (cell.way, cell.size) == (way, 1)
            for who in (US, SINK)
        }
        title = f"1 KB, {way}"
        report.curve(
            f"bench-ingest-{way}",
            Curve(title, "connections", "messages/s", by_series(points), logarithmic=True),
        )


def _by_source(sink: Endpoint, data: Path, report: Report) -> None:
    """The same by Postfix's own client, which looks nothing up: for whoever distrusts ours."""
    for way, count in _SOURCE_COUNTS.items():
        reuse = ["-d"] if way is Way.REUSED else []
        words = ["smtp-source", *reuse, *f"-m {count} -l 1024 -s {MAIN} -t any@thing.test".split()]
        report.command(f"{' '.join(words)} HOST:PORT")
        found = Found()
        with _a_server(data) as server:
            for _ in range(ROUNDS):
                with held_up(server):
                    found.add(SINK, count / _seconds(words, sink))
                found.add(US, count / _seconds(words, server.smtp))
        for who, rates in found.rates.items():
            report.figure(f"smtp-source, {way}: {who}, messages/s", spread(rates))
        report.at_least(f"smtp-source, {way}: ratio", found.ratio(), _RATIOS[way, 1], 2)


def _seconds(words: Sequence[str], where: Endpoint) -> float:
    begun = time.monotonic()
    subprocess.run([*words, str(where)], check=True, timeout=60)
    return time.monotonic() - begun


def _beside_peers(data: Path, report: Report) -> None:
    """In turns again, so that our rates of minutes ago are not compared with theirs of now."""
    rows: list[Sequence[str]] = []
    for size in (1, 10):
        with _a_server(data) as server:
            for cell in (Cell(way, size, MAIN) for way in (Way.ONE, Way.REUSED)):
                found = Found()
                for _ in range(ROUNDS):
                    for name, start in PEER_SERVERS.items():
                        with start() as peer, held_up(server):
                            found.add(name, load(peer, cell.plan).rate)
                    _ours(cell, server, found)
                best = max(PEER_SERVERS, key=found.best)
                rates = [spread(found.rates[who]) for who in (*PEER_SERVERS, US)]
                rows.append([f"{size} KB, {cell.way}", *rates, f"{found.ratio(to=best):.1f}"])
                title = f"{size} KB, {cell.way}: times the best peer, {best}"
                report.at_least(title, found.ratio(to=best), _TIMES, 1)
    report.table(["", *PEER_SERVERS, US, "times the best peer"], rows)
