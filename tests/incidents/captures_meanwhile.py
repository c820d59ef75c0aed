"""Capture does not feel a flood: applications hand mail in and tests wait for it, during A, B and D.

And while the public door's process is stopped. It is stopped when it is not inside a commit: the harness
holds the lock of the store's writers until the process stands still. All on one server, which
is calm first. The loads run on the last processor only, the server on all.
"""

import asyncio
import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes.server import Server, a_server
from incidents.attack import AttackPlan
from incidents.figures import Figure, exactly
from incidents.gauges import Machine, settled
from incidents.held_sockets import WARM, served
from incidents.holding import Holding, HoldingPlan
from incidents.reaction import Reaction
from incidents.served import Witnessed
from incidents.stage import Load, apart
from incidents.witness import WitnessPlan

CAPTURES: Final = 100
ACCOUNT: Final = "alice"
KEY: Final = "k_" + "capturedmeanwhile" * 2
FLAGS: Final = (
    "--profile=internet",
    "--receivers=1",
    "--public-inbox-limit=0",
    f"--bootstrap-account={ACCOUNT}",
    f"--bootstrap-key={KEY}",
)

_CALM: Final = 3  # times as many in calm: of a hundred, the 99th percentile would be one that chance has
_RATE: Final = 2_000.0  # messages of A a second
_BEFORE: Final = 1.0  # seconds of a flood before the first capture
_OPENING: Final = 5.0  # the same for held sockets, and one more for each thousand
_DIGESTED: Final = 60.0  # seconds, at most, for what a flood has left to be digested
_STOOD: Final = 5.0  # seconds for a process to stand still, and for its commit to end
_LOOK: Final = 0.01  # seconds


@dataclass(frozen=True, slots=True)
class Flood:
    """A load that presses meanwhile: its plan, what comes of it, and seconds until it is there."""

    name: str
    work: str
    plan: object
    result: type[Reaction] | type[Holding]
    before: float = _BEFORE

    def apart(self) -> AbstractAsyncContextManager[Load]:
        return apart(self.work, self.plan)


@dataclass(frozen=True, slots=True)
class Size:
    """The floods last about `seconds` each, with so many held sockets and spammers."""

    seconds: float
    held: int
    spammers: int


def floods(server: Server, size: Size) -> Sequence[Flood]:
    """A, B and D, each as long as the captures take and a little more."""
    opening = _OPENING + size.held / 1000
    seconds = size.seconds + opening
    a = AttackPlan(server.smtp, "rotating-reply-to", round(_RATE * seconds), _RATE, seconds)
    b = HoldingPlan(server.smtp, size.held, size.held // 4, size.held // 2, size.spammers, seconds)
    d = AttackPlan(server.smtp, "four-addresses", round(20 * _RATE * seconds), 0.0, seconds)
    return (
        Flood("A", "attack", a, Reaction),
        Flood("B", "holding", b, Holding, opening),
        Flood("D", "attack", d, Reaction),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What captures and waits were in calm, and by what pressed meanwhile."""

    calm: Witnessed
    pressed: dict[str, Witnessed]
    machine: str


async def captured(data: Path, size: Size) -> Outcome:
    """Calm, then each flood, then with the public door's process stopped."""
    pressed: dict[str, Witnessed] = {}
    with a_server(data, *FLAGS) as server:
        machine = Machine()
        calm = await _served(server, size, 0, times=_CALM, warm=WARM)
        for number, flood in enumerate(floods(server, size), 1):
            async with flood.apart() as load:
                await load.go()
                await asyncio.sleep(flood.before)
                pressed[flood.name] = await _served(server, size, number)
                load.stop()
                _tell(flood.name, await load.result(flood.result))
            await settled(data, _DIGESTED)
        with _stopped(server):
            pressed["a stopped receiver"] = await _served(server, size, len(pressed) + 1)
        return Outcome(calm, pressed, str(machine))


async def _served(server: Server, size: Size, number: int, *, times: int = 1, warm: float = 0.0) -> Witnessed:
    """So many times CAPTURES captures and waits, at inboxes that nothing has come to."""
    plan = WitnessPlan(
        *(server.smtp, server.submission, server.http, size.seconds * times),
        captures=CAPTURES * times,
        account=ACCOUNT,
        key=KEY,
        first=10 * CAPTURES * number,
        warm=warm,
    )
    async with apart("witness", plan) as witness:
        await witness.go()
        return await witness.result(Witnessed)


@contextmanager
def _stopped(server: Server) -> Generator[None]:
    """The receivers and their committers stand still while the block runs, and hold no lock."""
    pids = server.family("receiver")
    assert pids, "there is no receiver"
    lock = os.open(server.data / "intake.lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a writer does (adapters/sqlite/lock.py)
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            for pid in pids:
                _wait_until_stopped(pid)
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        os.close(lock)


def _wait_until_stopped(pid: int) -> None:
    """Its state in proc(5) says so."""
    for _ in range(round(_STOOD / _LOOK)):
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        if state.split()[0] == "T":
            return
        os.sched_yield()
    raise TimeoutError(f"process {pid} does not stand still")


def figures(outcome: Outcome) -> list[Figure]:
    """The bars."""
    calm = outcome.calm
    found = [
        exactly("in calm: captures", calm.captures.count, _CALM * CAPTURES),
        exactly("in calm: captures and waits that failed", calm.captures.failed + calm.waits.failed, 0),
    ]
    for name, pressed in outcome.pressed.items():
        found += [
            *served(f"{name}: captures", calm.captures, pressed.captures),
            *served(f"{name}: waits", calm.waits, pressed.waits),
        ]
    return found


def tell(outcome: Outcome) -> None:
    """What went wrong with whom."""
    print(f"        {outcome.machine}", file=sys.stderr)
    for name, seen in {"calm": outcome.calm, **outcome.pressed}.items():
        for failures in (seen.captures.failures, seen.waits.failures):
            if failures:
                print(f"        {name}: {dict(failures)}", file=sys.stderr, flush=True)


def _tell(name: str, result: Reaction | Holding) -> None:
    """What pressed meanwhile, so that nobody believes in a flood that was none."""
    if isinstance(result, Reaction):
        said = (
            f"{result.sent:,} sent at {result.rate:,.0f}/s, accepted {result.accepted:,}, "
            f"refused {result.refused:,}"
        )
    else:
        said = (
            f"held at once {result.idle.at_once:,} + {result.dripping.at_once:,} + {result.crowd.at_once:,}"
        )
    print(f"        {name}: {said}", file=sys.stderr, flush=True)


def run(*, seconds: float, held: int, spammers: int) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-captures-") as directory:
        outcome = asyncio.run(captured(Path(directory) / "data", Size(seconds, held, spammers)))
    tell(outcome)
    return figures(outcome)
