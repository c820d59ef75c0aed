"""A disk that fails: syncs that answer EIO, and a file system that is full.

Nothing acknowledged may be lost, what cannot be kept is refused for the time being, `/readyz` says so, and
all is well again when the fault ends.
"""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fakes.server import Server, a_server
from incidents.figures import Figure, at_least, at_most, exactly
from incidents.senders import Load
from incidents.strace import strace
from incidents.sync_order import DOORS
from load.bodies import noisy
from load.journal import Audit, Journal

TOLD_WITHIN = 2.0
"""Seconds until `/readyz` says so."""
RECOVERED_WITHIN = 10.0
"""Seconds from the end of the fault until `/readyz` says that all is well."""

_SOON = 30.0  # seconds for what must happen at all
_DISK = 512 << 20  # octets: the mail that is sent meanwhile must stay below the first watermark
_LEFT = 96 << 10  # octets that the filler leaves
_UNSYNCED = "a write was not synced"
_FULL = "the store is full"
_SYNCS = "fsync,fdatasync"
_TRIES = 20  # to fill a disk that others write to meanwhile


@dataclass(frozen=True, slots=True)
class Outcome:
    """`told_after` and `recovered_after` in seconds; `refused` by reply code."""

    audit: Audit
    refused: dict[int, int]
    told_after: float
    recovered_after: float
    fresh_process: bool


async def failing_syncs(data: Path, door: str, *, mails: int) -> Outcome:
    """From some moment under load on, every sync of the processes behind `door` fails, for a while."""
    role = DOORS[door]
    with a_server(data, "--receivers=1", "--public-inbox-limit=0") as server:
        load = Load([getattr(server, door)])
        (before,) = server.pids(role)
        load.start()
        await load.until_acknowledged(mails, _SOON)
        options = ("-e", f"trace={_SYNCS}", "-e", f"inject={_SYNCS}:error=EIO")
        async with strace(server.family(role), data.with_suffix(".trace"), *options):
            await load.until_refused(_SOON)
            told_after = await _wait(server, saying=_UNSYNCED, ready=False)
            await load.until_refused(_SOON)
        return await _recover(server, load, mails, told_after, (role, before))


async def full_disk(mails: int) -> Outcome:
    """A filler takes what is left of a small file system, and is removed again. Needs root, to mount it."""
    with small_disk() as disk, a_server(disk / "data", "--receivers=1", "--public-inbox-limit=0") as server:
        load = Load([server.smtp, server.submission], Journal(noisy(8192)), pause=0.01)
        (before,) = server.pids("receiver")
        load.start()
        await load.until_acknowledged(mails, _SOON)
        filler = disk / "filler"
        await asyncio.to_thread(_fill, filler)
        await load.until_refused(_SOON)
        told_after = await _wait(server, saying=_FULL, ready=False)
        await load.until_refused(_SOON)
        filler.unlink()
        return await _recover(server, load, mails, told_after, ("receiver", before))


async def _recover(
    server: Server, load: Load, mails: int, told_after: float, process: tuple[str, int]
) -> Outcome:
    recovered_after = await _wait(server, ready=True)
    await load.until_acknowledged(mails, _SOON)
    await load.stop()
    audit = await asyncio.to_thread(load.journal.audit, server.api)
    role, before = process
    refused = {code: count for code, count in load.answers.items() if code != 250}
    return Outcome(audit, refused, told_after, recovered_after, server.pids(role) != [before])


async def _wait(server: Server, *, ready: bool, saying: str = "") -> float:
    return await asyncio.to_thread(server.api.wait_until_ready, _SOON, ready=ready, saying=saying)


@contextmanager
def small_disk() -> Generator[Path]:
    """A file system of its own in memory."""
    with tempfile.TemporaryDirectory(prefix="mailweir-disk-") as directory:
        options = ["-t", "tmpfs", "-o", f"size={_DISK},mode=700", "mailweir-test"]
        subprocess.run(["mount", *options, directory], check=True)
        try:
            yield Path(directory)
        finally:
            subprocess.run(["umount", directory], check=True)


def _fill(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(_TRIES):
            disk = os.statvfs(file.parent)
            with suppress(OSError):  # mail took the room first
                os.posix_fallocate(handle, 0, disk.f_bavail * disk.f_frsize - _LEFT)
                return
        raise RuntimeError("the disk cannot be filled")
    finally:
        os.close(handle)


def figures(name: str, outcome: Outcome, *, mails: int, codes: frozenset[int], fresh: bool) -> list[Figure]:
    """The bars of one fault."""
    audit = outcome.audit
    return [
        at_least(f"{name}: mails acknowledged before and after", audit.acknowledged, 2 * mails),
        at_least(f"{name}: mails refused {sorted(outcome.refused)}", sum(outcome.refused.values()), 1),
        exactly(f"{name}: refused with another code", len(outcome.refused.keys() - codes), 0),
        exactly(f"{name}: lost", audit.lost, 0),
        exactly(f"{name}: invented", audit.invented, 0),
        exactly(f"{name}: doubled", audit.doubled, 0),
        exactly(f"{name}: altered", audit.altered, 0),
        at_most(f"{name}: seconds until /readyz says so", outcome.told_after, TOLD_WITHIN),
        at_most(f"{name}: seconds until all is well again", outcome.recovered_after, RECOVERED_WITHIN),
        *([exactly(f"{name}: a fresh process", int(outcome.fresh_process), 1)] if fresh else []),
    ]


EIO_CODES = frozenset({451})
FULL_CODES = frozenset({451, 452})


def failing(*, mails: int, times: int) -> list[Figure]:
    """EIO on each SMTP door, so many times, each time later."""
    found: list[Figure] = []
    for door in DOORS:
        for number in range(1, times + 1):
            with tempfile.TemporaryDirectory(prefix="mailweir-eio-") as directory:
                outcome = asyncio.run(failing_syncs(Path(directory) / "data", door, mails=mails * number))
            found += figures(f"EIO on {door}, {number}", outcome, mails=mails, codes=EIO_CODES, fresh=True)
    return found


def full(*, mails: int) -> list[Figure]:
    """ENOSPC."""
    outcome = asyncio.run(full_disk(mails))
    return figures("ENOSPC", outcome, mails=mails, codes=FULL_CODES, fresh=False)
