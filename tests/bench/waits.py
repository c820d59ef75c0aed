"""What a waiter costs, and how soon he has his message: thousands of `GET …/wait` at once."""

import asyncio
import time
from pathlib import Path
from typing import Final

import uvloop

from bench.reports import Report, quantile
from bench.settling import settle_in
from fakes.server import Endpoint, Server, a_server, proportional
from fakes.smtp_client import Mail, a_message, talking

_WAITERS: Final = 5_000
_MAILS: Final = 1_000
_EVERY: Final = 0.01  # seconds between two mails
_SIZE: Final = 1024
_BETWEEN: Final = 0.002  # seconds between two who begin to wait
_SETTLED: Final = 3.0  # seconds
_KIB: Final = 1024


def run(data: Path, report: Report) -> None:
    """Prints memory and latency."""
    report.section("Waits", "Requests that wait for a message in an inbox of their own.")
    with a_server(data, "--public-inbox-limit=0") as server:
        settle_in(server)
        report.command(
            f"python -m bench --only waits   # {_WAITERS:,} at once, {_MAILS:,} mails to some of them"
        )
        each, took = uvloop.run(_waited(server))
    report.at_most("PSS of the web processes, KiB a waiter", each, 20)
    report.figure("from the final dot to the answer, p50, ms", f"{quantile(took, 0.5):.2f}")
    report.at_most("from the final dot to the answer, p99, ms", quantile(took, 0.99), 50)


async def _waited(server: Server) -> tuple[float, list[float]]:
    """KiB for each waiter, and the milliseconds that messages took to reach theirs."""
    await _answer(server.http, "warm@thing.test", 0)
    before = sum(map(proportional, server.pids("web")))
    waiting: list[asyncio.Task[tuple[bytes, float]]] = []
    for number in range(_WAITERS):
        waiting.append(asyncio.create_task(_answer(server.http, f"w{number}@thing.test", 300)))
        await asyncio.sleep(_BETWEEN)
    await asyncio.sleep(_SETTLED)
    each = (sum(map(proportional, server.pids("web"))) - before) / _WAITERS / _KIB
    took: list[float] = []
    async with talking(server.smtp) as talk:
        for number in range(_MAILS):
            ends: list[float] = []
            mail = Mail([f"w{number}@thing.test"], a_message(f"n{number}", _SIZE))
            answer = await talk.deliver(mail, lambda ends=ends: ends.append(time.monotonic()))
            message, came = await waiting[number]
            assert f"{answer.queue_id}-0".encode() in message, message[:500]
            took.append((came - ends[0]) * 1000)
            await asyncio.sleep(_EVERY)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return each, took


async def _answer(http: Endpoint, inbox: str, seconds: int) -> tuple[bytes, float]:
    """The whole answer, and when it had come."""
    reader, writer = await asyncio.open_connection(*http)
    try:
        path = f"/api/addresses/{inbox}/wait?timeout={seconds}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n".encode())
        octets = await reader.read()
        return octets, time.monotonic()
    finally:
        writer.close()
