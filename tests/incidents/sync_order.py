"""By the order of system calls: no acknowledgement leaves before what was written for it is synced.

Mails are sent one after the other, so that whatever a process writes to the data directory between two
acknowledgements belongs to the second. A control, in which a copy of the source has SQLite's syncing
switched off, shows that the check sees what it is to see.
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mailweir
from fakes.server import Server, a_server
from fakes.smtp_client import Mail, a_message, talking
from incidents.figures import Figure, exactly
from incidents.strace import Call, calls, strace

MAILS = 30
DOORS = {"smtp": "receiver", "submission": "access"}
"""The doors that speak SMTP, and the role behind each."""

_TRACED = "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync,sync_file_range,msync"
_WRITES = frozenset({"write", "writev", "pwrite64", "pwritev"})
_SYNCS = frozenset({"fsync", "fdatasync"})
_ACKNOWLEDGEMENT = '"250 2.0.0 OK: queued as '
_FILE = re.compile(r"\d+<(/[^>]*)>")
# What says nothing about mail: SQLite's shared memory is made anew after a crash, a probe is removed.
_NO_MAIL = re.compile(r"-shm$|/\.probe-|/mailweir\.lock$|\.log$")


@dataclass(frozen=True, slots=True)
class Order:
    """Acknowledgements in a trace. `early` ones left while something was not synced, `empty` ones
    without anything having been written for them."""

    acknowledged: int
    early: int
    empty: int


def order(trace: Sequence[Call], data: Path) -> Order:
    """A write counts from its start, a sync from its end and only when it succeeded."""
    unsynced: set[str] = set()
    syncing: dict[str, str] = {}
    written = False
    acknowledged = early = empty = 0
    for call in trace:
        file = _mail_file(call, data)
        if call.name in _SYNCS:
            if call.begins and file:
                syncing[call.thread] = file
            if call.ends and call.result == "0":
                unsynced.discard(syncing.pop(call.thread, ""))
        elif call.begins and call.name in _WRITES and file:
            unsynced.add(file)
            written = True
        elif call.begins and _ACKNOWLEDGEMENT in call.arguments:
            acknowledged += 1
            early += bool(unsynced)
            empty += not written
            written = False
    return Order(acknowledged, early, empty)


def _mail_file(call: Call, data: Path) -> str:
    file = _FILE.match(call.arguments)
    if file is None or not file[1].startswith(f"{data}/") or _NO_MAIL.search(file[1]):
        return ""
    return file[1]


async def traced(data: Path, door: str, *, source: Path | None = None) -> Order:
    """What a fresh server does for `MAILS` mails on one door."""
    with a_server(data, "--receivers=1", source=source) as server:
        output = data.with_suffix(".trace")
        async with strace(server.family(DOORS[door]), output, "-yy", "-s", "40", "-e", _TRACED):
            await _send(server, door)
    return order(calls(output.read_text(encoding="utf-8", errors="replace").splitlines()), data)


async def _send(server: Server, door: str) -> None:
    async with talking(getattr(server, door)) as talk:
        for number in range(MAILS):
            content = a_message(f"mail {number}", 200 * number)
            answer = await talk.deliver(Mail(["kept@thing.test"], content, chunked=number % 2 == 1))
            assert answer.code == 250


def unsyncing_copy(directory: Path) -> Path:
    """A copy of our source in which SQLite is told not to sync."""
    copy = directory / "source"
    shutil.copytree(Path(mailweir.__file__).parent, copy / "mailweir")
    changed = 0
    for file in (copy / "mailweir" / "adapters" / "sqlite").glob("*.py"):
        text, count = re.subn(r"(?i)(\bsynchronous\s*=\s*)FULL", r"\1OFF", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
        changed += count
    assert changed, "the source does not say any more where syncing is switched on"
    return copy


def run() -> list[Figure]:
    """The check on each door, and its control."""
    figures: list[Figure] = []
    for control in (False, True):
        with tempfile.TemporaryDirectory(prefix="mailweir-order-") as directory:
            source = unsyncing_copy(Path(directory)) if control else None
            for door in DOORS:
                seen = asyncio.run(traced(Path(directory) / door, door, source=source))
                name = f"{door}{', syncing switched off' if control else ''}"
                figures += [
                    exactly(f"{name}: acknowledgements seen", seen.acknowledged, MAILS),
                    exactly(f"{name}: left before a sync", seen.early, MAILS if control else 0),
                    exactly(f"{name}: left without a write", seen.empty, 0),
                ]
    return figures
