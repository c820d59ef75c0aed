"""Live events over restarts: whoever listens hears of every message once, in the order of their coming.

Senders keep at work while processes of the web, digest and receiver roles are killed at random; each
socket comes back with the last `seq` that it heard as `since`.
"""

import asyncio
import random
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fakes.follower import Follower
from fakes.server import Server, a_server
from fakes.smtp_client import Mail, a_message, talking
from incidents.figures import Figure, at_least, exactly
from incidents.killer import Killer

OK = 250
_CONNECTIONS = 8
_PAUSE = 0.03  # seconds between two messages of one, so that the restarts fall among them
_AGAIN = 0.05  # seconds before a sender whose connection broke comes back
_LOOK = 0.2  # seconds
_SETTLED = 60.0  # seconds for the last messages to be heard of


@dataclass(frozen=True, slots=True)
class Outcome:
    """`missing`, `twice` and `disordered` count messages over all sockets."""

    acknowledged: int
    restarts: int
    reconnections: int
    missing: int
    twice: int
    disordered: int


async def events_under_restarts(
    data: Path, *, messages: int, sockets: int, pause: tuple[float, float], seed: int
) -> Outcome:
    """Each socket follows one inbox; `pause` is how many seconds lie between two kills, at random."""
    addresses = [f"follower{number}@thing.test" for number in range(sockets)]
    kept: dict[str, list[str]] = {address: [] for address in addresses}
    with a_server(data, "--public-inbox-limit=0") as server:
        followers = [Follower(server.http, [address]) for address in addresses]
        following = [asyncio.create_task(follower.follow()) for follower in followers]
        await asyncio.gather(*(follower.listening.wait() for follower in followers))
        killer = Killer(server, random.Random(seed), pause)
        killing = asyncio.create_task(killer.work())
        await _send(server, kept, messages)
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        await _settle(followers, kept)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    return _outcome(followers, kept, killer.killed)


async def _send(server: Server, kept: dict[str, list[str]], messages: int) -> None:
    """Sends until so many are acknowledged, each to the next address."""
    left = iter(range(messages))
    addresses = list(kept)

    async def work() -> None:
        again: int | None = None
        while True:
            with suppress(OSError, TimeoutError):
                async with talking(server.smtp) as talk:
                    while (number := next(left, None) if again is None else again) is not None:
                        again = number
                        address = addresses[number % len(addresses)]
                        answer = await talk.deliver(Mail([address], a_message(f"n{number}", 1024)))
                        if answer.code != OK:
                            break
                        kept[address].append(f"{answer.queue_id}-0")
                        again = None
                        await asyncio.sleep(_PAUSE)
                    else:
                        return
            await asyncio.sleep(_AGAIN)

    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))


async def _settle(followers: list[Follower], kept: dict[str, list[str]]) -> None:
    for _ in range(int(_SETTLED / _LOOK)):
        if all(set(kept[one.addresses[0]]) <= {heard.id for heard in one.heard} for one in followers):
            return
        await asyncio.sleep(_LOOK)


def _outcome(followers: list[Follower], kept: dict[str, list[str]], restarts: int) -> Outcome:
    missing = twice = disordered = 0
    for follower in followers:
        ids = [heard.id for heard in follower.heard]
        seqs = [heard.seq for heard in follower.heard]
        missing += len(set(kept[follower.addresses[0]]) - set(ids))
        twice += len(ids) - len(set(ids))
        disordered += sum(later <= earlier for earlier, later in pairwise(seqs))
    return Outcome(
        acknowledged=sum(map(len, kept.values())),
        restarts=restarts,
        reconnections=sum(follower.connections - 1 for follower in followers),
        missing=missing,
        twice=twice,
        disordered=disordered,
    )


def run(*, messages: int, sockets: int, restarts: int, seed: int = 1) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-events-") as directory:
        outcome = asyncio.run(
            events_under_restarts(
                Path(directory) / "data", messages=messages, sockets=sockets, pause=(0.2, 1.5), seed=seed
            )
        )
    return [
        at_least("messages acknowledged", outcome.acknowledged, messages),
        at_least("restarts of web, digest and receiver", outcome.restarts, restarts),
        at_least("sockets that had to come back", outcome.reconnections, 1),
        exactly("messages that a socket did not hear of", outcome.missing, 0),
        exactly("messages that a socket heard of twice", outcome.twice, 0),
        exactly("messages out of order", outcome.disordered, 0),
    ]
