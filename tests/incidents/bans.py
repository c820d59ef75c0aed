"""A hundred thousand networks are banned, all is down, and a process starts: what it refuses, and when.

Then it finds a ban by itself, and another process is told one by a command's way, through the book alone.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from incidents.figures import Figure, at_most, exactly
from mailweir.adapters.banbook.book import FileBanBook
from mailweir.adapters.system import SystemClock
from mailweir.model.ban import Subject, Wish
from mailweir.policy.ban_subjects import Bounds, subject_of
from mailweir.services.ban_keeping import BanKeeping
from mailweir.services.blocklist import Blocklist

_PROGRAM: Final = """
import asyncio, json, sys
from pathlib import Path
from incidents.bans import started, enforced
asked = Path(sys.argv[2]).read_text("ascii").split()
print(json.dumps(asyncio.run(enforced(Path(sys.argv[1]), asked, started()))))
"""
_LIMIT: Final = 200_000
_HOLDING: Final = 5.0  # seconds that another process may take, fifty times what it should


def networks(count: int, seed: int = 1) -> list[str]:
    """So many different ones: hosts, /28 and /24 of IPv4, and /64 of IPv6."""
    random = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        if random.random() < 0.2:
            number, length, width = random.getrandbits(125) | 1 << 125, 64, 128
        else:
            number, length, width = random.randrange(1 << 24, 223 << 24), random.choice((24, 28, 32)), 32
        text = str(ip_network((number >> (width - length) << (width - length), length)))
        found[text] = None
    return list(found)


def a_blocklist(directory: Path, role: str | None) -> Blocklist:
    clock = SystemClock()
    book = FileBanBook(directory, clock, limit=_LIMIT, role=role)
    keeping = BanKeeping(book, clock, writer=role or "command", limit=_LIMIT)
    return Blocklist(keeping, Bounds(), limit=_LIMIT)


def started() -> float:
    """When this process began, by the clock of its monotonic time. Linux only, as the whole incident."""
    ticks = int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[19])
    return ticks / 100  # of a second since the machine started


async def enforced(directory: Path, asked: Sequence[str], start: float) -> dict[str, float]:
    """How many of these addresses a process refuses once it is there, and how long that took it."""
    blocklist = a_blocklist(directory, "receiver")
    blocklist.load()
    ready = time.clock_gettime(time.CLOCK_BOOTTIME) - start
    begun = time.perf_counter()
    refused = sum(blocklist.ban_on_peer(ip) is not None for ip in asked)
    each = (time.perf_counter() - begun) / len(asked)
    subject = _subject("203.0.113.77")
    begun = time.perf_counter()
    blocklist.ban_now(subject, seconds=60, reason="flood", rule="peer")
    held = blocklist.ban_on_peer("203.0.113.77") is not None
    return {
        "ready": ready,
        "refused": refused,
        "each": each,
        "own": time.perf_counter() - begun if held else _HOLDING,
    }


def run(*, networks: int) -> list[Figure]:
    """The incident with its bars."""
    with tempfile.TemporaryDirectory(prefix="mailweir-bans-") as place:
        return asyncio.run(_played(Path(place), networks))


async def _played(place: Path, count: int) -> list[Figure]:
    book, addresses = place / "blocklist", place / "addresses"
    texts = networks(count)
    addresses.write_text("\n".join(str(ip_network(text).network_address) for text in texts), "ascii")
    writing = a_blocklist(book, None)
    kept = await writing.put("block", [_subject(text) for text in texts], Wish(None, "listed", "file"))
    words = [sys.executable, "-c", _PROGRAM, str(book), str(addresses)]
    found = [
        json.loads((await asyncio.to_thread(subprocess.run, words, check=True, capture_output=True)).stdout)
        for _ in range(3)
    ]
    held = await _told(book, writing)
    await writing.close()
    return [
        exactly("networks that were banned", kept.kept, count),
        exactly("of them refused by a process with everything else down", int(found[0]["refused"]), count),
        at_most("s from its start until it does so, middle of 3", median(one["ready"] for one in found), 1.0),
        at_most("µs to ask for one address", median(one["each"] for one in found) * 1e6, 50),
        at_most("ms until a ban that it finds itself holds", median(one["own"] for one in found) * 1e3, 50),
        at_most("ms until one by command holds in another process, middle of 5", held * 1e3, 250),
    ]


async def _told(book: Path, writing: Blocklist) -> float:
    """Seconds from the beginning of a command's edit until another process goes by it; the middle of five."""
    other = a_blocklist(book, "receiver")
    other.load()
    running = asyncio.create_task(other.run())
    changed = asyncio.Event()
    other.on_change(changed.set)
    took: list[float] = []
    for number in range(5):
        ip = f"203.0.113.{number}"
        begun = time.perf_counter()
        await writing.put("block", [_subject(ip)], Wish(None, "seen", "ann"))
        async with asyncio.timeout(_HOLDING):
            while other.ban_on_peer(ip) is None:
                await changed.wait()
                changed.clear()
        took.append(time.perf_counter() - begun)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await other.close()
    return median(took)


def _subject(text: str) -> Subject:
    subject = subject_of(text)
    assert isinstance(subject, Subject), subject
    return subject
