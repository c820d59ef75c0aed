"""A steady stream of mail, with people who read and programs that listen, looked at minute by minute."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.http import Client, asking
from fakes.follower import Follower
from fakes.server import Server, descendants, proportional
from load.bodies import text
from load.plan import Plan
from load.running import a_tally, play
from load.tally import Tally

MINUTE: Final = 60.0
_CONNECTIONS: Final = 10  # of the senders
_READERS: Final = 10
_SESSION: Final = 600.0  # seconds that the server lets a session last, at the least
_KIB: Final = 1024
_WAIT: Final = 30.0  # seconds for one answer
_LAST: Final = 10.0  # seconds for what is still read when the mail ends


@dataclass(frozen=True, slots=True)
class Stream:
    """`rate` messages of 1 KB and `reads` a second; `sockets` follow inboxes by WebSocket."""

    rate: float
    reads: float
    seconds: float
    sockets: int = 0


@dataclass(slots=True)
class Minute:
    """What was seen in it, and of the server at its end: octets and open files of all its processes."""

    reads: list[float] = field(default_factory=list[float])
    """Seconds from when an answer was due to be asked for until it was there."""
    waits: list[float] = field(default_factory=list[float])
    """Seconds from when a mail was due to its 250."""
    frames: int = 0
    pss: int = 0
    descriptors: int = 0
    disk: int = 0


def watch(server: Server, stream: Stream) -> Sequence[Minute]:
    """The whole minutes of the stream. Raises AssertionError when mail or a read was refused."""
    return uvloop.run(_watch(server, stream))


async def _watch(server: Server, stream: Stream) -> Sequence[Minute]:
    plan = Plan(text(_KIB), connections=_CONNECTIONS, seconds=stream.seconds, rate=stream.rate)
    tally = a_tally(plan)
    minutes = [Minute()]
    readers = [_Reader(server, stream.reads / _READERS, minutes) for _ in range(_READERS)]
    followers = [
        Follower(server.http, [tally.inbox(number % _CONNECTIONS, 0)]) for number in range(stream.sockets)
    ]
    beside = [asyncio.create_task(one.follow()) for one in followers]
    beside += [asyncio.create_task(reader.read()) for reader in readers]
    looking = asyncio.create_task(_look(server, tally, followers, minutes))
    await play(server.smtp, tally, lambda: None, lambda: None)
    for task in (*beside, looking):
        task.cancel()
    for ended in await asyncio.wait_for(asyncio.gather(*beside, looking, return_exceptions=True), _LAST):
        if isinstance(ended, Exception):
            raise ended
    # A session ends with 421 once it is old; its sender comes back.
    assert tally.troubles <= _CONNECTIONS * (1 + stream.seconds // _SESSION), (tally.refused, tally.broken)
    return minutes[: int(stream.seconds // MINUTE)]


async def _look(server: Server, tally: Tally, followers: Sequence[Follower], minutes: list[Minute]) -> None:
    """Ends each minute with a look at the server, from a thread, so that nobody waits for it."""
    begun = time.monotonic()
    sent = heard = 0
    while True:
        await asyncio.sleep(begun + len(minutes) * MINUTE - time.monotonic())
        minute = minutes[-1]
        minutes.append(Minute())
        minute.waits = list(tally.waits[sent:])
        sent += len(minute.waits)
        minute.frames = sum(len(one.heard) for one in followers) - heard
        heard += minute.frames
        await asyncio.to_thread(_weigh, server, minute)
        seen = f"minute {len(minutes) - 1}: {len(minute.waits):,} mails, {len(minute.reads):,} requests"
        print(f"{seen}, {minute.pss >> 20} MiB, {minute.descriptors} files", file=sys.stderr, flush=True)


def _weigh(server: Server, minute: Minute) -> None:
    pids = [server.pid, *descendants(server.pid)]
    minute.pss = sum(map(proportional, pids))
    minute.descriptors = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
    minute.disk = sum(file.stat().st_blocks * 512 for file in server.data.rglob("*") if file.is_file())


class _Reader:
    """Looks at all mail, at the inbox of one of it, at the message and at its octets, over and over."""

    def __init__(self, server: Server, rate: float, minutes: Sequence[Minute]) -> None:
        self._where = server.http
        self._every = 1 / rate
        self._minutes = minutes

    async def read(self) -> None:
        """Until it is cancelled."""
        async with asking(self._where) as client:
            await self._read(client)

    async def _read(self, client: Client) -> None:
        self._due = time.monotonic() + random.random() * self._every
        while True:
            listed: Sequence[dict[str, Any]] = json.loads(await self._ask(client, "/api/messages?limit=50"))
            if not listed:
                continue
            one = random.choice(listed)
            inbox, message = one["inbox"], one["_id"]
            await self._ask(client, f"/api/addresses/{inbox}/messages?limit=50")
            await self._ask(client, f"/api/addresses/{inbox}/messages/{message}")
            await self._ask(client, f"/api/raw/{inbox}/{message}")

    async def _ask(self, client: Client, path: str) -> bytes:
        self._due += self._every
        await asyncio.sleep(self._due - time.monotonic())
        minute = self._minutes[-1]
        async with asyncio.timeout(_WAIT):
            status, body = await client.get(path)
        minute.reads.append(time.monotonic() - self._due)
        # Retention may have been there in between.
        assert status == 200 or (status == 404 and "/messages?" not in path), (path, status, body[:200])
        return body
