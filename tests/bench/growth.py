"""What it costs to read, and to take mail in, as the store grows: 1,000, 100,000 and, in full, a million.

Each request asks for something else, drawn from all that is there, so that no answer is at hand already.
"""

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, cast

import uvloop

from bench.curves import Curve
from bench.http import asking
from bench.matrix import Cell
from bench.reports import Report, quantile
from bench.settling import held_up, settle, settle_in
from fakes.server import Server, a_server
from load.bodies import text
from load.cost import Meter
from load.plan import Plan, Way
from load.running import run as load
from load.tally import Tally
from mailweir.adapters.sqlite.connection import open_reader

_SIZES: Final = (1_000, 100_000)
_MILLION: Final = 1_000_000
_PORTION: Final = 100_000  # messages of one load, so that a client need not remember a million
_KIB: Final = 1024
_REQUESTS: Final = 1_000
_WARM: Final = 50  # requests that do not count
_LISTED: Final = 15  # messages
_ROUNDS: Final = 3
_LARGER: Final = 1.3  # times what it takes in the smallest store
_AS_FAST: Final = 0.9  # of the rate of an empty store
_CATCH_UP: Final = 600.0  # seconds for the digests of one portion
_KEPT: Final = 100  # messages of an inbox, where retention is at work
_RETENTION: Final = 20.0  # seconds of mail for it
_SURPLUS: Final = 3.0  # seconds of mail that may wait for it


class Known(NamedTuple):
    """A message that is there."""

    inbox: str
    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one request for who asks alone, and µs of processor time of the web processes."""

    p50: float
    p99: float
    cost: float


# First what must find nothing that another has had made. No list of an inbox is asked for twice.
_KINDS: Final[Mapping[str, Callable[[Known, int], str]]] = {
    "find by recipient": lambda one, limit: f"/api/addresses/{one.inbox}/messages?limit={limit}",
    "find by recipient, any inbox": lambda one, limit: f"/api/addresses/{one.inbox}/messages?limit={limit}",
    "list all mail": lambda _, limit: f"/api/messages?limit={limit}",
    "get one message": lambda one, _: f"/api/addresses/{one.inbox}/messages/{one.id}",
    "search one word": lambda one, limit: f"/api/messages?query={one.token}&limit={limit}",
}
_SOME: Final = 50  # inboxes that are asked for by "find by recipient": as many as the smallest store has
_BARRED: Final = ("list all mail", "find by recipient")


def run(data: Path, report: Report, *, full: bool = False) -> None:
    """Prints them at each size, and their growth."""
    sizes = (*_SIZES, _MILLION) if full else _SIZES
    report.section(
        "Growth",
        f"A store that grows to {sizes[-1]:,} messages of 1 KB. Each request asks for something else, one "
        f"after the other on one connection; lists of {_SOME} inboxes, or of any. µs: processor time of the "
        "web processes for a request.",
    )
    report.command(f"python -m bench --only growth{' --full' if full else ''}")
    with a_server(data, "--public-inbox-limit=0") as server:
        found: dict[int, Mapping[str, Took]] = {}
        known: list[Known] = []
        for size in sizes:
            _grow(server, size, known)
            found[size] = {kind: _took(server, kind, known) for kind in _KINDS}
        _tell(found, report)
        _accepting(server, data, sizes[-1], report)
    _retention(data.with_name("kept"), report)


def _grow(server: Server, size: int, known: list[Known]) -> None:
    """Until so many are there, and read; `known` gets some of each portion."""
    there = _stored(server)
    while there < size:
        number = min(_PORTION, size - there)
        plan = Plan(text(_KIB), messages=number, seconds=_CATCH_UP)
        tally = load(server.smtp, plan)
        assert tally.troubles == 0, (tally.refused, tally.broken)
        known += _some(tally)
        settle(server, _CATCH_UP)
        there = _stored(server)


def _some(tally: Tally) -> list[Known]:
    """Of what a load had acknowledged."""
    entries = [(token, entry) for token, entry in tally.journal.entries.items() if entry.queue_id]
    some = random.sample(entries, min(_REQUESTS, len(entries)))
    return [Known(entry.inboxes[0], f"{entry.queue_id}-0", token) for token, entry in some]


def _stored(server: Server) -> int:
    connection = open_reader(server.data)
    try:
        return cast("int", connection.execute("SELECT count(*) FROM entry").get)
    finally:
        connection.close()


def _took(server: Server, kind: str, known: Sequence[Known]) -> Took:
    path = _KINDS[kind]
    if kind == "find by recipient":
        some = set(random.sample(sorted({one.inbox for one in known}), _SOME))
        known = [one for one in known if one.inbox in some]
    paths = list({path(one, limit) for one in known for limit in range(1, _LISTED + 1)})
    few = len(paths) <= _LISTED
    paths = random.choices(paths, k=_REQUESTS) if few else random.sample(paths, min(_REQUESTS, len(paths)))
    return uvloop.run(_asked(server, random.choices(paths, k=_WARM) + paths))


async def _asked(server: Server, paths: Sequence[str]) -> Took:
    meter = Meter(server.pid)
    waits: list[float] = []
    async with asking(server.http) as client:
        for at, path in enumerate(paths):
            if at == _WARM:
                meter.start()
            begun = time.perf_counter()
            status, body = await client.get(path)
            waits.append((time.perf_counter() - begun) * 1000)
            assert status == 200, (status, path, body[:200])
            assert b'"_id"' in body, (path, body[:200])
    seconds = meter.stop().seconds.get("web", 0.0)
    counted = waits[_WARM:]
    return Took(quantile(counted, 0.5), quantile(counted, 0.99), seconds * 1e6 / len(counted))


def _tell(found: Mapping[int, Mapping[str, Took]], report: Report) -> None:
    rows = [
        [f"{kind}, {size:,} stored", f"{took.p50:.2f}", f"{took.p99:.2f}", f"{took.cost:.0f}"]
        for kind in _KINDS
        for size, took in ((size, by_kind[kind]) for size, by_kind in found.items())
    ]
    report.table(["", "p50 ms", "p99 ms", "µs"], rows)
    report.curve(
        "bench-growth",
        Curve(
            "One request, p50",
            "messages stored",
            "ms",
            {kind: [(size, by_kind[kind].p50) for size, by_kind in found.items()] for kind in _KINDS},
            logarithmic=True,
        ),
    )
    first, last = min(found), max(found)
    for kind in _KINDS:
        growth = found[last][kind].p50 / found[first][kind].p50
        title = f"{kind}: p50 at {last:,} stored / at {first:,}"
        if kind in _BARRED:
            report.at_most(title, growth, _LARGER)
        else:
            report.figure(title, f"{growth:.2f}")


def _accepting(server: Server, data: Path, size: int, report: Report) -> None:
    """In turns with an empty store, so that a busy minute of the machine hits both."""
    plan = Cell(Way.REUSED, 1, 50).plan
    rates: dict[str, float] = {"empty": 0.0, "full": 0.0}
    for _ in range(_ROUNDS):
        with (
            tempfile.TemporaryDirectory(dir=data.parent) as directory,
            a_server(Path(directory) / "data", "--public-inbox-limit=0") as empty,
        ):
            settle_in(empty)
            with held_up(server):
                rates["empty"] = max(rates["empty"], load(empty.smtp, plan).rate)
        settle(server)
        rates["full"] = max(rates["full"], load(server.smtp, plan).rate)
        settle(server, _CATCH_UP)
    report.figure("accepted by an empty store, 1 KB, 50 connections, reused", f"{rates['empty']:,.0f}")
    report.figure(f"accepted at {size:,} stored", f"{rates['full']:,.0f}")
    report.at_least("ratio", rates["full"] / rates["empty"], _AS_FAST, 2)


def _retention(data: Path, report: Report) -> None:
    """Whether what must go goes as fast as mail comes."""
    flag = f"--public-inbox-limit={_KEPT}"
    report.command(f"mailweir serve {flag}   # and {_RETENTION:g} s of mail, 300 to each inbox")
    with a_server(data, flag) as server:
        settle_in(server)
        tally = load(server.smtp, Plan(text(_KIB), seconds=_RETENTION))
        stored = _stored(server)
        counts = _inbox_counts(server)
    surplus = sum(max(count - _KEPT, 0) for count in counts)
    report.figure("accepted meanwhile, messages/s", f"{tally.rate:,.0f}")
    report.figure("sent, of which there when the last one came", f"{tally.acknowledged:,}, {stored:,}")
    report.at_most("surplus that waits for retention, seconds of mail", surplus / tally.rate, _SURPLUS, 1)


def _inbox_counts(server: Server) -> list[int]:
    connection = open_reader(server.data)
    try:
        return [count for (count,) in connection.execute("SELECT count(*) FROM entry GROUP BY inbox")]
    finally:
        connection.close()
