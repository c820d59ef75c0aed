"""From a sender's final dot to the frame with the digest on a socket: one sender, and 500 messages/s."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.reports import Report, quantile
from bench.settling import settle_in
from fakes.follower import Follower
from fakes.server import Endpoint, a_server
from fakes.smtp_client import Mail, a_message, talking

_ALONE = 1_000  # messages
_RATE = 500  # messages/s
_SECONDS = 10
_CONNECTIONS = 4
_INBOXES = 50
_SIZE = 1024
_WARM = 50  # messages that do not count
_P50, _P99, _RATE_P99 = 5.0, 25.0, 50.0  # ms
_SETTLED = 20.0  # seconds for the last frames
_LOOK = 0.05  # seconds


def run(data: Path, report: Report) -> None:
    """Prints p50 and p99."""
    report.section(
        "Live", "From a sender's final dot to the frame with the digest on a socket that follows the inbox."
    )
    with a_server(data, "--public-inbox-limit=0") as server:
        settle_in(server)
        report.command(f"python -m bench --only live   # one sender, {_ALONE:,} messages, one at a time")
        waits = uvloop.run(_alone(server.smtp, server.http))
        report.at_most("one sender, p50, ms", quantile(waits, 0.5), _P50)
        report.at_most("one sender, p99, ms", quantile(waits, 0.99), _P99)
        report.command(f"python -m bench --only live   # {_RATE} messages/s for {_SECONDS} s")
        waits = uvloop.run(_at_a_rate(server.smtp, server.http))
        report.figure(f"at {_RATE}/s, p50, ms", f"{quantile(waits, 0.5):.2f}")
        report.at_most(f"at {_RATE}/s, p99, ms", quantile(waits, 0.99), _RATE_P99)


async def _alone(smtp: Endpoint, http: Endpoint) -> list[float]:
    follower, following = await _following(http, ["alone@thing.test"])
    sent: dict[str, float] = {}
    async with talking(smtp) as talk:
        for number in range(_WARM + _ALONE):
            ends: list[float] = []
            mail = Mail(["alone@thing.test"], a_message(f"n{number}", _SIZE))
            answer = await talk.deliver(mail, lambda ends=ends: ends.append(time.monotonic()))
            sent[f"{answer.queue_id}-0"] = ends[0]
            for _ in range(2000):
                if len(follower.heard) > number:
                    break
                await asyncio.sleep(0.001)
    return (await _waits(follower, following, sent))[_WARM:]


async def _at_a_rate(smtp: Endpoint, http: Endpoint) -> list[float]:
    addresses = [f"live{number}@thing.test" for number in range(_INBOXES)]
    follower, following = await _following(http, addresses)
    sent: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    every = _CONNECTIONS / _RATE

    async def send(number: int) -> None:
        start = loop.time() + number / _RATE
        async with talking(smtp) as talk:
            for count in range(int(_SECONDS / every)):
                await asyncio.sleep(max(start + count * every - loop.time(), 0))
                address = addresses[(count * _CONNECTIONS + number) % _INBOXES]
                ends: list[float] = []
                mail = Mail([address], a_message(f"n{number} {count}", _SIZE))
                answer = await talk.deliver(mail, lambda ends=ends: ends.append(time.monotonic()))
                sent[f"{answer.queue_id}-0"] = ends[0]

    await asyncio.gather(*(send(number) for number in range(_CONNECTIONS)))
    return await _waits(follower, following, sent)


async def _following(http: Endpoint, addresses: Sequence[str]) -> tuple[Follower, asyncio.Task[None]]:
    follower = Follower(http, addresses)
    following = asyncio.create_task(follower.follow())
    await follower.listening.wait()
    return follower, following


async def _waits(follower: Follower, following: asyncio.Task[None], sent: dict[str, float]) -> list[float]:
    for _ in range(int(_SETTLED / _LOOK)):
        if len(follower.heard) >= len(sent):
            break
        await asyncio.sleep(_LOOK)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    heard = {one.id: one for one in follower.heard}
    assert heard.keys() == sent.keys(), (len(heard), len(sent))
    assert all(one.digest == "done" for one in heard.values())
    return [(heard[name].at - at) * 1000 for name, at in sent.items()]
