"""`python -m bench`: what Mailweir costs, beside references in the same minutes.

Load and servers share the machine. Numbers of another day or another machine are not to be compared; the
ratio to a reference is. Without `--only` and `--against` what was found is written to `docs/benchmarks.md`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from bench import (
    accounts,
    codes,
    digestion,
    growth,
    idle,
    ingest,
    install,
    latency,
    lists,
    live,
    reading,
    soak,
    waits,
)
from bench.machine import described
from bench.references import versions
from bench.reports import Report
from fakes.server import endpoint

_Bench = Callable[[Path, Report], None]
_BENCHES: Final[dict[str, _Bench]] = {
    "ingest": ingest.run,
    "latency": latency.run,
    "live": live.run,
    "digestion": digestion.run,
    "lists": lists.run,
    "growth": growth.run,
    "reading": reading.run,
    "accounts": accounts.run,
    "waits": waits.run,
    "idle": idle.run,
    "codes": codes.run,
    "install": install.run,
}
# With --full in their place, or beside them.
_FULL: Final[dict[str, _Bench]] = {
    "growth": partial(growth.run, full=True),
    "reading": partial(reading.run, full=True),
    "soak": soak.run,
}
_DOCS: Final = Path(__file__).parents[2] / "docs"
_MINUTE: Final = 60.0


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(_BENCHES | _FULL), default=os.environ.get("ONLY") or None)
    parser.add_argument(
        "--full",
        action="store_true",
        default=os.environ.get("FULL") == "1",
        help="the million, ten minutes of reading and half an hour of soak, too: an hour more",
    )
    parser.add_argument(
        "--against",
        metavar="HOST:PORT",
        default=os.environ.get("AGAINST") or None,
        help="an SMTP server",
    )
    arguments = parser.parse_args()
    begun = time.monotonic()
    report = Report()
    print("\n".join(described()), flush=True)
    if arguments.against:
        try:
            where = endpoint(arguments.against)
        except ValueError:
            parser.error(f"--against: {arguments.against!r} is not HOST:PORT, such as 127.0.0.1:1025")
        ingest.against(where, report)
        return
    benches = _BENCHES | _FULL if arguments.full or arguments.only == "soak" else _BENCHES
    for name, bench in benches.items():
        if arguments.only in {None, name}:
            with tempfile.TemporaryDirectory(prefix="mailweir-bench-") as directory:
                os.sync()  # what the last bench left to be written is not this one's
                bench(Path(directory) / "data", report)
    minutes = (time.monotonic() - begun) / _MINUTE
    if not arguments.only:
        heading = _heading(report, minutes, full=arguments.full)
        print(f"\nwritten to {report.write(_DOCS, heading).relative_to(Path.cwd())}")
    print(f"{minutes:.1f} minutes; {len(report.missed)} figures do not meet their bars", file=sys.stderr)
    for missed in report.missed:
        print(f"  {missed}", file=sys.stderr)


def _heading(report: Report, minutes: float, *, full: bool) -> list[str]:
    missed = [f"  - {missed}" for missed in report.missed] or ["  - none"]
    return [
        "# Benchmarks",
        "",
        "<!-- `make bench` writes this page: change tests/bench instead. -->",
        "",
        f"`make bench{' FULL=1' if full else ''}` measured this in {minutes:.0f} minutes.",
        "Load and servers shared one machine, so only ratios to a reference in the same run are worth",
        "comparing. `make bench ONLY=ingest` measures one part, `make bench AGAINST=host:port` another",
        "server; `make load ARGS=--help` is the client alone.",
        "",
        *described(),
        f"- Beside: {versions()}",
        "- Figures that do not meet their bars:",
        *missed,
        "",
    ]


if __name__ == "__main__":
    main()
