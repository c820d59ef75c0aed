"""A stream of parser bombs among ordinary mail: it delays itself and nobody else.

Ordinary messages are followed on a WebSocket, so that what is measured is from the sender's final dot to
the frame with the digest.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from fakes.follower import Follower
from fakes.hostile import bombs
from fakes.server import Endpoint, a_server
from fakes.smtp_client import Mail, a_message, talking
from incidents.figures import Figure, at_most, exactly

RATE = 200  # ordinary messages/s
_INBOXES = 50
_CONNECTIONS = 4
_LOOK = 0.1  # seconds
_STARTED = 2.0  # seconds in which a server that has just been started still reads its own program
_SETTLED = 30.0  # seconds for the last digests
P99 = 100.0  # ms


@dataclass(slots=True)
class Outcome:
    """`waits` in milliseconds; `unread` counts ordinary messages that came without a whole digest."""

    waits: list[float] = field(default_factory=list[float])
    lost: int = 0
    unread: int = 0
    bombs: int = 0
    bombs_without_raw: int = 0


async def hostile_stream(data: Path, *, seconds: int) -> Outcome:
    """So many seconds of both."""
    outcome = Outcome()
    addresses = [f"ordinary{number}@thing.test" for number in range(_INBOXES)]
    with a_server(data, "--public-inbox-limit=0") as server:
        follower = Follower(server.http, addresses)
        following = asyncio.create_task(follower.follow())
        await follower.listening.wait()
        await asyncio.to_thread(server.api.drop, "warm@thing.test", a_message("warm"))
        await asyncio.to_thread(server.api.digested, "warm@thing.test", 1)
        await asyncio.sleep(_STARTED)
        sent: dict[str, float] = {}
        hostile: list[tuple[str, bytes]] = []
        await asyncio.gather(
            *(_ordinary(server.smtp, addresses, n, seconds, sent) for n in range(_CONNECTIONS)),
            _hostile(server.smtp, seconds, hostile),
        )
        await _settle(follower, len(sent))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        for name, raw in hostile:
            outcome.bombs += 1
            kept = await asyncio.to_thread(server.api.content, "hostile@thing.test", name)
            outcome.bombs_without_raw += kept != raw
    heard = {one.id: one for one in follower.heard}
    outcome.lost = len(sent.keys() - heard.keys())
    outcome.unread = sum(one.digest != "done" for one in heard.values())
    outcome.waits = [(heard[name].at - at) * 1000 for name, at in sent.items() if name in heard]
    return outcome


async def _ordinary(
    where: Endpoint, addresses: Sequence[str], number: int, seconds: int, sent: dict[str, float]
) -> None:
    loop = asyncio.get_running_loop()
    every = _CONNECTIONS / RATE
    start = loop.time() + number / RATE
    async with talking(where) as talk:
        for count in range(int(seconds / every)):
            await asyncio.sleep(max(start + count * every - loop.time(), 0))
            address = addresses[(count * _CONNECTIONS + number) % len(addresses)]
            mail = Mail([address], a_message(f"ordinary {number} {count}", 2048))
            ends: list[float] = []
            answer = await talk.deliver(mail, lambda ends=ends: ends.append(time.monotonic()))
            sent[f"{answer.queue_id}-0"] = ends[0]


async def _hostile(where: Endpoint, seconds: int, sent: list[tuple[str, bytes]]) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    stream = cycle(raw for raw in bombs().values() if len(raw) < 1_000_000)
    for count in range(seconds):
        await asyncio.sleep(max(start + count - loop.time(), 0))
        raw = next(stream).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        raw = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
        async with talking(where, source=f"127.0.0.{2 + count % 200}") as talk:
            answer = await talk.deliver(Mail(["hostile@thing.test"], raw))
            assert answer.code == 250, answer
            sent.append((f"{answer.queue_id}-0", raw))


async def _settle(follower: Follower, count: int) -> None:
    for _ in range(int(_SETTLED / _LOOK)):
        if len(follower.heard) >= count:
            return
        await asyncio.sleep(_LOOK)


def p99(waits: Sequence[float]) -> float:
    """The wait that 99 of 100 do not pass."""
    return sorted(waits)[int(len(waits) * 0.99)]


def run(*, seconds: int) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-hostile-") as directory:
        outcome = asyncio.run(hostile_stream(Path(directory) / "data", seconds=seconds))
    return [
        exactly(f"ordinary messages at {RATE}/s", len(outcome.waits), RATE * seconds),
        at_most("final dot to frame with digest, p99, ms", p99(outcome.waits), P99),
        exactly("ordinary messages lost", outcome.lost, 0),
        exactly("ordinary messages without a whole digest", outcome.unread, 0),
        exactly("bombs, one a second", outcome.bombs, seconds),
        exactly("bombs whose octets are not there as sent", outcome.bombs_without_raw, 0),
    ]
