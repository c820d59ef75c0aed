"""`python -m bench [--only NAME]`: what the receiving half costs, beside a reference in the same minutes.

Load and server share the machine. Numbers of another day or another machine are not to be compared; the
ratio to the reference is.
"""

import argparse
import os
import tempfile
from pathlib import Path

from bench import codes, digestion, idle, ingest, latency, lists, live

_BENCHES = {
    "ingest": ingest.run,
    "latency": latency.run,
    "live": live.run,
    "digestion": digestion.run,
    "lists": lists.run,
    "idle": idle.run,
    "codes": codes.run,
}


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=list(_BENCHES), default=os.environ.get("ONLY") or None)
    only = parser.parse_args().only
    print(f"{os.cpu_count()} processors, data in {tempfile.gettempdir()}")
    for name, bench in _BENCHES.items():
        if only in {None, name}:
            with tempfile.TemporaryDirectory(prefix="mailweir-bench-") as directory:
                print(f"\n{name}", flush=True)
                os.sync()  # what the last bench left to be written is not this one's
                bench(Path(directory) / "data")


if __name__ == "__main__":
    main()
