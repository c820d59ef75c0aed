"""What accounts cost: a directory of many, a key and a quota on each request, thousands of sockets."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from websockets.asyncio.client import connect

from bench.http import ask
from bench.processor import web_seconds
from bench.reports import Report
from bench.settling import settle
from bench.wire import Wire
from fakes.server import Server, a_server, proportional
from fakes.smtp_client import a_message
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.plans import SqlitePlans
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName, NewKey, key_hash
from mailweir.model.address import Host, Inbox
from mailweir.model.plan import Plan, PlanName

_ACCOUNTS, _ADDRESSES, _DOMAINS = 1_000, 50, 2  # the latter two of each account
_SOCKETS: Final = 2_000
_ROUNDS, _REQUESTS = 3, 20_000
_KEY: Final = "k_" + "benchofaccounts" * 2
_PATH: Final = "/api/addresses/bench@thing.test/messages?limit=50"
_KIB, _MIB = 1024, 1 << 20
# In a process of its own: what it has besides is known before the directory is there.
_LOAD: Final = """
import sys, time
from pathlib import Path
from fakes.server import proportional
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.model.address import Host, Inbox
import os
before = proportional(os.getpid())
begun = time.perf_counter()
directory = SqliteDirectory(Path(sys.argv[1]))
print(time.perf_counter() - begun, proportional(os.getpid()) - before)
asked = [(Inbox(f"a{n % 50}@a{n % 1000}.test"), Host(f"d{n % 2}.a{n % 1000}.test")) for n in range(100_000)]
begun = time.perf_counter()
for inbox, host in asked:
    directory.owner_of(inbox)
    directory.holder_of(host)
print((time.perf_counter() - begun) / len(asked))
"""


def run(data: Path, report: Report) -> None:
    """Prints them."""
    report.section(
        "Accounts", "A directory of many accounts, a key and a quota on each request, many sockets."
    )
    _directory(data.with_name("many"), report)
    with a_server(data, "--bootstrap-account=bench", f"--bootstrap-key={_KEY}") as server:
        _key(server, report)
        _sockets(server, report)


def _directory(data: Path, report: Report) -> None:
    data.mkdir(mode=0o700)
    prepare(data, SystemClock())
    asyncio.run(_furnish(data))
    counts = f"{_ACCOUNTS:,} accounts, {_ACCOUNTS * _ADDRESSES:,} addresses, {_ACCOUNTS * _DOMAINS:,} domains"
    report.command(f"python -m bench --only accounts   # {counts}; best of {_ROUNDS} processes")
    found: list[tuple[float, float, float]] = []
    for _ in range(_ROUNDS):
        command = [sys.executable, "-c", _LOAD, str(data)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
        found.append((float(said[0]), float(said[1]), float(said[2])))
    report.at_most("a directory of them is there after, s", min(one[0] for one in found), 2)
    report.at_most("and has, MiB", min(one[1] for one in found) / _MIB, 40)
    report.at_most("owner and domain of a recipient, µs", min(one[2] for one in found) * 1e6, 5)
    with a_server(data) as server:
        report.at_most("a server with them is ready after, s", server.ready_after, 2)


async def _furnish(data: Path) -> None:
    clock = SystemClock()
    accounts, domains = SqliteAccounts(data, clock), SqliteDomains(data, clock)
    for number in range(_ACCOUNTS):
        name = AccountName(f"a{number}")
        await accounts.add(name, NewKey("first", key_hash(f"k_{number}"), "0000"))
        inboxes = [Inbox(f"a{index}@a{number}.test") for index in range(_ADDRESSES)]
        await accounts.reserve(name, inboxes, "", most=_ADDRESSES)
        for index in range(_DOMAINS):
            host = Host(f"d{index}.a{number}.test")
            await domains.claim(name, host, "mailweir_bench", most=_DOMAINS)
            await domains.hold(name, host)
    await accounts.close()
    await domains.close()


def _key(server: Server, report: Report) -> None:
    asyncio.run(_on_a_plan(server.data))
    with Wire(server.smtp) as wire:
        for _ in range(50):
            content = a_message("filler", 1024)
            head = f"MAIL FROM:<a@b.test>\r\nRCPT TO:<bench@thing.test>\r\nBDAT {len(content)} LAST\r\n"
            wire.say(head.encode() + content)
    settle(server)
    report.command(f"GET {_PATH}   # requests / processor time of the web processes, best of {_ROUNDS}")
    best = {"without a key": 0.0, "with the key of an account on a plan": 0.0}
    for _ in range(_ROUNDS):  # in turns, so that a slow moment hits both
        for name, path in zip(best, (_PATH, f"{_PATH}&_mailsacKey={_KEY}"), strict=True):
            best[name] = max(best[name], _rate(server, path))
    for name, rate in best.items():
        report.figure(f"{name}, requests a CPU second", f"{rate:,.0f}")
    bare, keyed = best.values()
    report.at_most("key, visibility and metering, part of a list's cost", 1 - keyed / bare, 0.20)


async def _on_a_plan(data: Path) -> None:
    accounts, plans = SqliteAccounts(data, SystemClock()), SqlitePlans(data, SystemClock())
    await plans.put(Plan(PlanName("bench"), operations=10**9))
    await accounts.set_plan(AccountName("bench"), PlanName("bench"))
    await accounts.close()
    await plans.close()
    await asyncio.sleep(0.5)  # five times as long as a directory takes to know


def _rate(server: Server, path: str) -> float:
    used = web_seconds(server)
    ask(server.http, path, _REQUESTS)
    return _REQUESTS / (web_seconds(server) - used)


def _sockets(server: Server, report: Report) -> None:
    report.command(f"python -m bench --only accounts   # {_SOCKETS:,} WebSockets with a key")
    each = asyncio.run(_held(server)) / _SOCKETS / _KIB
    report.at_most("PSS of the web processes, KiB a socket", each, 32)


async def _held(server: Server) -> float:
    """How much the web processes grow by so many sockets."""
    before = sum(map(proportional, server.pids("web")))
    async with AsyncExitStack() as stack:
        for number in range(_SOCKETS):
            url = f"ws://{server.http}/incoming-messages?key={_KEY}&addresses=s{number}@thing.test"
            await stack.enter_async_context(connect(url, compression=None, ping_interval=None))
        await asyncio.sleep(2)
        return sum(map(proportional, server.pids("web"))) - before
