"""Messages per second from Postfix's `smtp-source`, beside its `smtp-sink`, which keeps nothing.

The two take turns, so that a busy minute of the machine hits both. A ratio says more than a rate.
"""

import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bench.reports import command, show
from fakes.server import Endpoint, a_server

_ROUNDS = 3
_CONNECTIONS = 50
_SIZE = 1024
_WAYS = {
    # name: (arguments, messages, bar of the ratio)
    "one message a connection": ((), 8_000, 0.55),
    "connections reused": (("-d",), 20_000, 0.45),
}
_TIMEOUT = 60.0  # seconds for one round
_SINK_UP = 5.0  # seconds


def run(data: Path) -> None:
    """Prints the rates of both, best of three with the spread, and the ratio of the best."""
    with a_server(data) as server, a_sink() as sink:
        for name, (arguments, count, bar) in _WAYS.items():
            words = ["smtp-source", *arguments, "-m", str(count), "-l", str(_SIZE), "-s", str(_CONNECTIONS)]
            command(f"{' '.join(words)} -t bench@thing.test HOST:PORT   # {name}")
            rates: dict[str, list[float]] = {"smtp-sink": [], "mailweir serve": []}
            for _ in range(_ROUNDS):
                rates["smtp-sink"].append(count / _seconds(words, sink))
                rates["mailweir serve"].append(count / _seconds(words, server.smtp))
            for who, found in rates.items():
                show(f"{who}, messages/s, best of {_ROUNDS} (spread)", _best(found))
            ratio = max(rates["mailweir serve"]) / max(rates["smtp-sink"])
            show(f"{name}: ratio to the sink", f"{ratio:.2f}", f"at least {bar}", met=ratio >= bar)


@contextmanager
def a_sink() -> Generator[Endpoint]:
    """An `smtp-sink` that listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        where = Endpoint(*free.getsockname())
    words = ["smtp-sink", "-u", "nobody", str(where), "1000"]
    command("smtp-sink -u nobody HOST:PORT 1000")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(where)
        yield where
    finally:
        process.kill()
        process.wait()


def _wait_for(where: Endpoint) -> None:
    ends = time.monotonic() + _SINK_UP
    while True:
        try:
            socket.create_connection(where, 1).close()
        except ConnectionRefusedError:
            if time.monotonic() > ends:
                raise
        else:
            return


def _seconds(words: Sequence[str], where: Endpoint) -> float:
    begun = time.monotonic()
    subprocess.run([*words, "-t", "bench@thing.test", str(where)], check=True, timeout=_TIMEOUT)
    return time.monotonic() - begun


def _best(rates: Sequence[float]) -> str:
    return f"{max(rates):,.0f} ({min(rates):,.0f})"
