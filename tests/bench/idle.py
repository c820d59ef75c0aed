"""What a server costs that does nothing: time to be ready, memory, connections that only sit there."""

import resource
import time
from contextlib import ExitStack
from pathlib import Path

from bench.reports import Report, quantile
from bench.wire import Wire
from fakes.server import Server, a_server, descendants, proportional

_CONNECTIONS = 9_000
_NEWCOMERS = 300
_STARTS = 3
_SETTLED = 2.0  # seconds after which a server that does nothing is looked at
_KIB, _MIB = 1024, 1 << 20


def run(data: Path, report: Report) -> None:
    """Prints them."""
    report.section("Idle", "What a server costs that does nothing.")
    _start(data, report)
    _connections(data, report)


def _start(data: Path, report: Report) -> None:
    report.command(f"mailweir serve   # best of {_STARTS}, the first of which makes the data directory")
    starts: list[float] = []
    octets = 0
    for _ in range(_STARTS):
        with a_server(data) as server:
            starts.append(server.ready_after)
            time.sleep(_SETTLED)  # noqa: TID251  nothing is to happen
            octets = sum(map(proportional, [server.pid, *descendants(server.pid)]))
    report.figure("seconds to ready, worst", f"{max(starts):.2f}")
    report.at_most("seconds to ready, best", min(starts), 2)
    report.at_most("idle PSS of all processes, MiB", octets / _MIB, 200, 0)


def _connections(data: Path, report: Report) -> None:
    report.command(f"python -m bench --only idle   # {_CONNECTIONS:,} connections after EHLO, no TLS")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with a_server(data) as server, ExitStack() as stack:
        receivers = server.family("receiver")
        with Wire(server.smtp) as first:
            first.send()
        before = sum(map(proportional, receivers))
        for number in range(_CONNECTIONS):
            # From several addresses of loopback, since one has 28,000 ports that others use as well.
            stack.enter_context(Wire(server.smtp, f"127.0.{1 + number // 3000}.1"))
        each = (sum(map(proportional, receivers)) - before) / _CONNECTIONS / _KIB
        report.at_most("PSS of the receivers, KiB a connection", each, 4)
        waits = [_newcomer(server) for _ in range(_NEWCOMERS)]
    report.figure("a newcomer's connect, EHLO and mail, p50, ms", f"{quantile(waits, 0.5):.2f}")
    report.at_most("a newcomer's connect, EHLO and mail, p99, ms", quantile(waits, 0.99), 100)


def _newcomer(server: Server) -> float:
    begun = time.perf_counter()
    with Wire(server.smtp) as wire:
        wire.send()
    return (time.perf_counter() - begun) * 1000
