"""Runs a load: opens its connections, opens again what ended too early, and stops in time."""

import asyncio
import secrets
import sys
import time
from collections.abc import Callable

import uvloop

from load.plan import Plan
from load.sender import Sender
from load.tally import Tally

_AGAIN = 0.02  # seconds before the next connection after one that broke or was refused
_LAST_ANSWERS = 30.0  # seconds
_CONNECTED_WITHIN = 30.0  # seconds
_LOOK = 0.05  # seconds
_PROGRESS = 10.0  # seconds between two lines that tell how far it is


def run(
    where: tuple[str, int],
    plan: Plan,
    *,
    on_count: Callable[[], None] = lambda: None,
    on_end: Callable[[], None] = lambda: None,
) -> Tally:
    """What came of it. `on_count` is called when it is warm, `on_end` when what counts is over."""
    tally = a_tally(plan)
    uvloop.run(play(where, tally, on_count, on_end))
    return tally


def a_tally(plan: Plan) -> Tally:
    """To `play` with: its inboxes are no other load's."""
    return Tally(plan, f"l{secrets.token_hex(4)}")


async def play(
    where: tuple[str, int], tally: Tally, on_count: Callable[[], None], on_end: Callable[[], None]
) -> None:
    """The same on a loop on which something else may run."""
    plan = tally.plan
    tally.start()
    senders = [
        asyncio.create_task(_keep_sending(where, tally, number), name=f"sender {number}")
        for number in range(plan.connections)
    ]
    await asyncio.sleep(plan.warm)
    tally.count_from_now()
    on_count()
    await _until_over(tally)
    tally.end()
    on_end()
    _, late = await asyncio.wait(senders, timeout=_LAST_ANSWERS)
    tally.broken += len(late)
    for sender in late:
        sender.cancel()
    await asyncio.wait(senders)
    for sender in senders:
        if not sender.cancelled():
            sender.result()  # what went wrong here is our defect, and is told


async def _until_over(tally: Tally) -> None:
    ends = time.monotonic() + tally.plan.seconds - tally.plan.warm
    tells = time.monotonic() + _PROGRESS
    while not tally.over and (left := ends - time.monotonic()) > 0:
        await asyncio.sleep(min(left, _LOOK))
        if time.monotonic() >= tells:
            tells += _PROGRESS
            print(f"{tally.acknowledged:,} acknowledged, {left:.0f} s left", file=sys.stderr, flush=True)


async def _keep_sending(where: tuple[str, int], tally: Tally, number: int) -> None:
    """One connection after the other, as long as there is mail."""
    loop = asyncio.get_running_loop()
    local = (tally.plan.source(number), 0) if tally.plan.sources > 1 else None
    while not tally.exhausted:
        troubles = tally.troubles
        try:
            async with asyncio.timeout(_CONNECTED_WITHIN):
                _, sender = await loop.create_connection(
                    lambda: Sender(tally, number), *where, local_addr=local
                )
        except OSError:  # TimeoutError is one
            tally.broken += 1
        else:
            try:
                await sender.ended
            finally:
                sender.give_up()
        if tally.troubles > troubles:
            await asyncio.sleep(_AGAIN)
