"""How long a sender waits for its 250: alone, and among many at a rate that is kept."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import uvloop

from bench.reports import command, quantile, show
from bench.wire import CHUNK, KEPT, Wire
from fakes.server import Endpoint, a_server

_ALONE = 3_000  # messages
_RATE = 2_000  # messages/s
_CONNECTIONS = 50
_SECONDS = 10
_WARM = 200  # messages that do not count
_P50, _P99, _PACED_P99 = 1.0, 5.0, 40.0  # ms


def run(data: Path) -> None:
    """Prints p50 and p99."""
    with a_server(data) as server:
        command(f"python -m bench --only latency   # one sender, {_ALONE:,} messages of 1 KB by DATA")
        waits = alone(server.smtp)
        _show("final dot to 250", waits, 0.5, _P50)
        _show("final dot to 250", waits, 0.99, _P99)
        command(
            f"python -m bench --only latency   # {_RATE:,} messages/s over {_CONNECTIONS} connections "
            f"for {_SECONDS} s, each one write by BDAT"
        )
        begun = time.monotonic()
        paced = uvloop.run(at_a_rate(server.smtp))
        show("messages/s kept up", f"{len(paced) / (time.monotonic() - begun):,.0f}")
        _show("message to 250", paced, 0.5, _PACED_P99)
        _show("message to 250", paced, 0.99, _PACED_P99)


def alone(where: Endpoint) -> list[float]:
    """Milliseconds from the final dot to its answer."""
    waits: list[float] = []
    with Wire(where) as wire:
        for _ in range(_WARM + _ALONE):
            wire.begin()
            begun = time.perf_counter()
            wire.finish()
            waits.append((time.perf_counter() - begun) * 1000)
    return waits[_WARM:]


async def at_a_rate(where: Endpoint) -> list[float]:
    """Milliseconds from when each message was due to its answer, or from its write when that was later
    without the server's fault."""
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(_Paced, *where))[1] for _ in range(_CONNECTIONS)]
    each = _RATE / _CONNECTIONS
    start = loop.time() + 0.2
    for number, client in enumerate(clients):
        client.go(start + number / _RATE, 1 / each, int(each * _SECONDS))
    async with asyncio.timeout(_SECONDS * 6):
        waits = await asyncio.gather(*(client.done for client in clients))
    for client in clients:
        client.close()
    return [wait for each_wait in waits for wait in each_wait]


class _Paced(asyncio.Protocol):
    """One connection that sends a message whenever one is due and the last one is answered."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[list[float]] = self._loop.create_future()
        self._waits: list[float] = []
        self._begun = self._due = self._every = 0.0
        self._count = 0
        self._said = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass
        self._transport.write(b"EHLO origin.test\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._said += data
        if KEPT in self._said and self._said.endswith(b"\n"):
            now = self._loop.time()
            self._waits.append((now - self._begun) * 1000)
            self._said = b""
            if len(self._waits) == self._count:
                self.done.set_result(self._waits)
            elif (late := now - self._due) >= 0:
                self._send(now - late)
            else:
                self._loop.call_at(self._due, self._on_time)

    def go(self, first: float, every: float, count: int) -> None:
        self._due, self._every, self._count = first, every, count
        self._loop.call_at(first, self._on_time)

    def close(self) -> None:
        self._transport.close()

    def _on_time(self) -> None:
        self._send(self._loop.time())

    def _send(self, begun: float) -> None:
        self._begun = begun
        self._due += self._every
        self._said = b""
        self._transport.write(CHUNK)


def _show(name: str, waits: Sequence[float], share: float, bar: float) -> None:
    value = quantile(waits, share)
    show(f"{name}, p{share * 100:.0f}, ms", f"{value:.2f}", f"at most {bar:g}", met=value <= bar)
