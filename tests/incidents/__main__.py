"""`python -m incidents [--full] [--only NAME]`: plays the outages again, prints figures, and fails with exit
code 1 when a bar is missed.

`FULL=1` and `ONLY=NAME` in the environment do the same. Without `--full` the load is a tenth.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping

from incidents import (
    bans,
    captures_meanwhile,
    convergence,
    events,
    faults,
    flood_senders,
    four_addresses,
    held_sockets,
    hostile,
    kill9,
    signups,
    sync_order,
)
from incidents.figures import Figure


def incidents(*, full: bool) -> Mapping[str, Callable[[], list[Figure]]]:
    """Each by its name, at the size that is asked for."""
    times = 10 if full else 1
    return {
        "sync-order": sync_order.run,
        "kill9": lambda: kill9.run(kills=20 * times, acknowledged=5_000 * times),
        "eio": lambda: faults.failing(mails=200, times=2),
        "enospc": lambda: faults.full(mails=100),
        "events": lambda: events.run(messages=1_000 * times, sockets=50, restarts=2 * times),
        "signups": lambda: signups.run(signups=400 * times, workers=20 if full else 4),
        "convergence": lambda: convergence.run(seeds=10_000),
        "bans": lambda: bans.run(networks=100_000),
        "hostile": lambda: hostile.run(seconds=6 * times),
        "flood-senders": lambda: flood_senders.run(messages=50_000 * times, neighbours=500 if full else 84),
        "held-sockets": lambda: held_sockets.run(
            idle=900 * times, dripping=200 * times, crowd=500 * times, spammers=400 * times, seconds=75.0
        ),
        "four-addresses": lambda: four_addresses.run(messages=20_000 * times, networks=100_000),
        "capture": lambda: captures_meanwhile.run(
            seconds=30.0 if full else 10.0, held=900 * times, spammers=400 * times
        ),
    }


def main() -> int:
    """Plays what the command line asks for."""
    environment = os.environ
    parser = argparse.ArgumentParser(prog="python -m incidents", description=__doc__)
    parser.add_argument("--full", action="store_true", default=environment.get("FULL", "") not in {"", "0"})
    parser.add_argument(
        "--only", default=environment.get("ONLY") or None, choices=list(incidents(full=False))
    )
    chosen = parser.parse_args()
    missed = 0
    for name, play in incidents(full=chosen.full).items():
        if chosen.only not in {None, name}:
            continue
        print(name, flush=True)
        begun = time.monotonic()
        for figure in play():
            print(figure, flush=True)
            missed += not figure.holds
        print(f"        {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{missed} bars missed" if missed else "every bar is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
