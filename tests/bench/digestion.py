"""Digestion under a burst: how fast mail is accepted meanwhile, and how long digestion takes to catch up."""

import subprocess
import time
from pathlib import Path
from typing import cast

from bench.ingest import a_sink
from bench.reports import command, show
from fakes.server import Endpoint, a_server
from mailweir.adapters.sqlite.connection import open_reader

_COUNT = 20_000
_WORDS = ["smtp-source", "-d", "-m", str(_COUNT), "-l", "1024", "-s", "50", "-t", "bench@thing.test"]
_ROUNDS = 3
_BAR = 0.45
_LOOK = 0.05  # seconds
_MOST = 120.0  # seconds for one burst


def run(data: Path) -> None:
    """Prints the accept rate beside the sink's, the rate of digestion alone, and the time to catch up."""
    with a_server(data, "--public-inbox-limit=0") as server, a_sink() as sink:
        command(f"{' '.join(_WORDS)} HOST:PORT   # then until every message has its digest")
        rates: dict[str, list[float]] = {"sink": [], "accepted": [], "digested": [], "drained": []}
        for burst in range(1, _ROUNDS + 1):
            rates["sink"].append(_COUNT / _seconds(sink))
            rates["accepted"].append(_COUNT / _seconds(server.smtp))
            left, drained = _drain(data, burst * _COUNT)
            rates["drained"].append(drained)
            rates["digested"].append(left / drained if drained else 0.0)
    show("smtp-sink, messages/s, best of 3", f"{max(rates['sink']):,.0f}")
    show("accepted with everything on, messages/s, best of 3", f"{max(rates['accepted']):,.0f}")
    ratio = max(rates["accepted"]) / max(rates["sink"])
    show("ratio to the sink", f"{ratio:.2f}", f"at least {_BAR}", met=ratio >= _BAR)
    show("digested after the burst, messages/s, best of 3", f"{max(rates['digested']):,.0f}")
    show(f"until {_COUNT:,} messages have their digests, s, best of 3", f"{min(rates['drained']):.2f}")


def _seconds(where: Endpoint) -> float:
    begun = time.monotonic()
    subprocess.run([*_WORDS, str(where)], check=True, timeout=_MOST)
    return time.monotonic() - begun


def _drain(data: Path, wanted: int) -> tuple[int, float]:
    """How many messages had no digest when the burst ended, and for how many seconds that lasted."""
    connection = open_reader(data)
    begun = time.monotonic()
    first: int | None = None
    while time.monotonic() - begun < _MOST:
        count = cast("int", connection.execute("SELECT count(*) FROM digest").get)
        first = count if first is None else first
        if count >= wanted:
            connection.close()
            return wanted - first, time.monotonic() - begun
        time.sleep(_LOOK)  # noqa: TID251  nobody tells us
    raise TimeoutError(f"{wanted:,} messages have no digests after {_MOST:g} s")
