"""`python -m load HOST:PORT`: mail as fast as it is answered, or at a rate, and an audit.

Against Mailweir every acknowledged mail can be looked up afterwards (`--verify`): lost, invented, doubled
and altered ones are counted, and make the exit code 1. Works against any SMTP server that you may load.
"""

import argparse
import contextlib
import sys

from fakes.api import Api
from fakes.server import Endpoint, endpoint
from load.bodies import KINDS
from load.cost import Cost, Meter
from load.journal import Journal
from load.plan import MOST_SOURCES, Plan, Way
from load.running import run
from load.tally import Tally

_UNITS = {"KiB": 1024, "MiB": 1 << 20, "": 1}
_SHARES = (0.5, 0.9, 0.99, 0.999, 1.0)


def main() -> None:
    """Exit code 1 when something was refused, broke off, or is not as it was promised."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.warm >= arguments.seconds:
        parser.error(f"--warm {arguments.warm:g} is not less than --seconds {arguments.seconds:g}")
    if arguments.sources > MOST_SOURCES:
        parser.error(f"--sources {arguments.sources} is not possible; there are {MOST_SOURCES:,}")
    plan = _plan(arguments)
    costs: list[Cost] = []
    meter = Meter(arguments.pid) if arguments.pid else None
    tally = run(
        arguments.where,
        plan,
        on_count=meter.start if meter else lambda: None,
        on_end=(lambda: costs.append(meter.stop())) if meter else lambda: None,
    )
    _tell(tally)
    for cost in costs:
        _tell_cost(cost, tally.acknowledged)
    clean = _verified(tally.journal, arguments.verify) if arguments.verify else True
    sys.exit(not (clean and tally.acknowledged and not tally.troubles))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("where", type=_endpoint, metavar="HOST:PORT", help="the SMTP server")
    parser.add_argument("--connections", type=_positive, default=50, metavar="N")
    parser.add_argument(
        "--way", type=Way, choices=list(Way), default=Way.REUSED, help="how a connection is used"
    )
    parser.add_argument("--body", choices=list(KINDS), default="plain", help="what is sent")
    parser.add_argument("--size", type=_octets, default=1024, metavar="SIZE", help="of a mail, such as 10KiB")
    parser.add_argument("--seconds", type=_above, default=5.0, metavar="S", help="how long; 5 by default")
    parser.add_argument("--warm", type=float, default=0.0, metavar="S", help="the first of them do not count")
    parser.add_argument(
        "--messages", type=_positive, default=0, metavar="N", help="or how many, in --seconds at most"
    )
    parser.add_argument(
        "--rate", type=_above, default=0.0, metavar="N", help="mails a second, each due at its time"
    )
    parser.add_argument("--tls", action="store_true", help="by STARTTLS, with any certificate")
    parser.add_argument(
        "--sources", type=_positive, default=1, metavar="N", help="addresses of loopback to come from"
    )
    parser.add_argument("--pid", type=int, metavar="PID", help="of a server, to tell what a mail costs it")
    parser.add_argument(
        "--verify", type=_endpoint, metavar="HOST:PORT", help="Mailweir's HTTP door, to look mail up"
    )
    return parser


def _plan(arguments: argparse.Namespace) -> Plan:
    return Plan(
        body=KINDS[arguments.body](arguments.size),
        way=arguments.way,
        connections=arguments.connections,
        seconds=arguments.seconds,
        warm=0.0 if arguments.messages else arguments.warm,
        messages=arguments.messages,
        rate=arguments.rate,
        tls=arguments.tls,
        sources=arguments.sources,
    )


def _tell(tally: Tally) -> None:
    refused = ", ".join(f"{count:,} with {code}" for code, count in sorted(tally.refused.items())) or "0"
    waits = "  ".join(
        f"p{share * 100:g} {wait * 1000:.2f}"
        for share, wait in zip(_SHARES, tally.quantiles(_SHARES), strict=True)
    )
    print(f"acknowledged  {tally.acknowledged:,} in {tally.seconds:.2f} s, {tally.rate:,.0f}/s")
    print(f"refused       {refused}")
    print(f"broken off    {tally.broken:,}")
    print(f"ms to 250     {waits}")


def _tell_cost(cost: Cost, mails: int) -> None:
    each = "  ".join(f"{role} {seconds * 1e6 / max(mails, 1):.0f}" for role, seconds in cost.seconds.items())
    print(f"CPU µs a mail {each}  in all {sum(cost.seconds.values()) * 1e6 / max(mails, 1):.0f}")
    print(f"PSS           {cost.pss / (1 << 20):.0f} MiB")


def _verified(journal: Journal, where: Endpoint) -> bool:
    print("looking every mail up …", file=sys.stderr, flush=True)
    api = Api()
    api.use(where)
    audit = journal.audit_once_read(api)
    api.close()
    print(
        f"of {audit.acknowledged:,} acknowledged: {audit.lost} lost, {audit.doubled} doubled, "
        f"{audit.altered} altered; {audit.invented} invented"
    )
    return audit.clean


def _endpoint(text: str) -> Endpoint:
    try:
        return endpoint(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:1025") from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _above(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (number := float(text)) < float("inf"):
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def _octets(text: str) -> int:
    number = text.rstrip("KMiB")
    unit = text[len(number) :]
    if not number.isdigit() or unit not in _UNITS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size, such as 1024 or 10KiB")
    return int(number) * _UNITS[unit]


if __name__ == "__main__":
    main()
