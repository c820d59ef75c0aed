"""What a server costs that does nothing: time to be ready, memory, connections that only sit there."""

import resource
import time
from contextlib import ExitStack
from pathlib import Path

from bench.reports import command, quantile, show
from bench.wire import Wire
from fakes.server import Server, a_server, descendants, proportional

_CONNECTIONS = 9_000
_NEWCOMERS = 300
_STARTS = 3
_SETTLED = 2.0  # seconds after which a server that does nothing is looked at
_KIB, _MIB = 1024, 1 << 20


def run(data: Path) -> None:
    """Prints them."""
    _start(data)
    _connections(data)


def _start(data: Path) -> None:
    command(f"mailweir serve   # best of {_STARTS}, the first of which makes the data directory")
    starts: list[float] = []
    octets = 0
    for _ in range(_STARTS):
        with a_server(data) as server:
            starts.append(server.ready_after)
            time.sleep(_SETTLED)  # noqa: TID251  nothing is to happen
            octets = sum(map(proportional, [server.pid, *descendants(server.pid)]))
    show(
        "seconds to ready, best (worst)",
        f"{min(starts):.2f} ({max(starts):.2f})",
        "at most 2",
        met=min(starts) <= 2,
    )
    show("idle PSS of all processes, MiB", f"{octets / _MIB:.0f}", "at most 200", met=octets <= 200 * _MIB)


def _connections(data: Path) -> None:
    command(f"python -m bench --only idle   # {_CONNECTIONS:,} connections that have said EHLO, no TLS")
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
        show("PSS of the receivers, KiB a connection", f"{each:.2f}", "at most 4", met=each <= 4)
        waits = [_newcomer(server) for _ in range(_NEWCOMERS)]
    p99 = quantile(waits, 0.99)
    show("a newcomer's connect, EHLO and mail, p50, ms", f"{quantile(waits, 0.5):.2f}")
    show("a newcomer's connect, EHLO and mail, p99, ms", f"{p99:.2f}", "at most 100", met=p99 <= 100)


def _newcomer(server: Server) -> float:
    begun = time.perf_counter()
    with Wire(server.smtp) as wire:
        wire.send()
    return (time.perf_counter() - begun) * 1000
