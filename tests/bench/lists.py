"""Lists of an inbox over and over: requests for each second of processor time of the web role.

Unchanged over sixteen connections, with and without what the client has (If-None-Match); and changed
before each request, by mail that is put straight into the store, so that what is measured is the list
and not the nudges or the wait for a digest. In a store of 1,000 and in one of 100,000 messages.
"""

import asyncio
import http.client
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

from bench.http import ask
from bench.processor import web_seconds
from bench.reports import Report
from bench.settling import settle
from bench.wire import Wire
from fakes.makers import a_delivery
from fakes.server import Endpoint, Server, a_server
from fakes.smtp_client import a_message
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox

_INBOX = Inbox("list@thing.test")
_PATH = f"/api/addresses/{_INBOX}/messages?limit=50"
_FIRST, _SECOND = 1_000, 100_000  # messages in the store
_UNCHANGED, _CHANGED, _AT_ONCE = 20_000, 1_500, 500  # requests
_ROUNDS = 3
_numbers = count(10_000)  # of the messages that are put straight into the store
_BARS = {"unchanged": 8_000, "changed": 1_500}
_GROWTH = 1.3
_OLD = 10_000  # ms: older than what a reader waits for


def run(data: Path, report: Report) -> None:
    """Prints requests for each second of processor time, and how they change with the store."""
    report.section("Lists", "What it costs to ask an inbox for its newest 50, over and over.")
    report.command(f"GET {_PATH}   # requests / processor time of the web processes, best of {_ROUNDS}")
    with a_server(data, "--public-inbox-limit=0") as server:
        _fill(server.smtp, 50, _INBOX)
        _fill(server.smtp, _FIRST - 50, None)
        small = _measure(server, _FIRST, report)
        _fill(server.smtp, _SECOND - _FIRST, None)
        large = _measure(server, _SECOND, report)
    for name, rate in small.items():
        title = f"{name}: time at {_SECOND:,} stored / at {_FIRST:,}"
        report.at_most(title, rate / large[name], _GROWTH)


def _measure(server: Server, stored: int, report: Report) -> dict[str, float]:
    settle(server)
    etag = _request(server.http)
    found = {
        "unchanged, 200": _rate(server, _UNCHANGED, lambda: ask(server.http, _PATH, _UNCHANGED)),
        "unchanged, 304": _rate(server, _UNCHANGED, lambda: ask(server.http, _PATH, _UNCHANGED, etag)),
        "changed": _rate(server, _CHANGED, lambda: _changing(server)),
    }
    for name, rate in found.items():
        title = f"{name}, {stored:,} stored, requests a CPU second"
        report.at_least(title, rate, _BARS[name.partition(",")[0]])
    at_once = _rate(server, _AT_ONCE, lambda: _asking_at_once(server))
    report.figure("asked at once after a 250, nudges and waiting included", f"{at_once:,.0f}")
    return found


def _rate(server: Server, requests: int, act: Callable[[], None]) -> float:
    """Requests for each second that the web processes worked, in the best of some rounds."""
    best = 0.0
    for _ in range(_ROUNDS):
        used = web_seconds(server)
        act()
        best = max(best, requests / (web_seconds(server) - used))
    return best


def _changing(server: Server) -> None:
    asyncio.run(_change(server))


async def _change(server: Server) -> None:
    """A message straight into the store before each request."""
    intake = SqliteIntake.in_thread(server.data, SystemClock())
    connection = http.client.HTTPConnection(*server.http)
    content = a_message("changed", 1024)
    for number in islice(_numbers, _CHANGED):
        received = SystemClock().now() - _OLD
        await intake.deliver(a_delivery(number, _INBOX, raw=content, received=received))
        _request(server.http, connection)
    connection.close()
    await intake.close()


def _asking_at_once(server: Server) -> None:
    connection = http.client.HTTPConnection(*server.http)
    with Wire(server.smtp) as wire:
        for _ in range(_AT_ONCE):
            _send(wire, _INBOX)
            _request(server.http, connection)
    connection.close()


def _request(where: Endpoint, connection: http.client.HTTPConnection | None = None) -> str:
    """One list in its full shape; its ETag."""
    connection = connection or http.client.HTTPConnection(*where)
    connection.request("GET", _PATH)
    answer = connection.getresponse()
    body = answer.read()
    assert (answer.status, body.count(b'"_id"')) == (200, 50), (answer.status, body[:200])
    return answer.headers["ETag"] or ""


def _fill(where: Endpoint, count: int, inbox: str | None) -> None:
    with Wire(where) as wire:
        for number in range(count):
            _send(wire, inbox or f"filler{number % 997}@thing.test")


def _send(wire: Wire, inbox: str) -> None:
    content = a_message("filler", 1024)
    head = f"MAIL FROM:<bench@origin.test>\r\nRCPT TO:<{inbox}>\r\nBDAT {len(content)} LAST\r\n"
    wire.say(head.encode() + content)
