"""The load client: it sends what it says, and its audit sees what is wrong."""

import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path

import pytest

from fakes.server import Server, a_server
from load.bodies import KINDS
from load.conversation import RefusedError, Said, conversation
from load.plan import MOST_SOURCES, Plan, Way
from load.running import run
from load.tally import Tally

CONNECTIONS = 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    with a_server(tmp_path_factory.mktemp("load") / "data", "--public-inbox-limit=0") as server:
        yield server


def load(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "load", *words]
    here = Path(__file__).parents[1]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=here)


@pytest.mark.parametrize("plan", [Plan(), Plan(tls=True), Plan(sources=3)], ids=["plain", "tls", "sources"])
@pytest.mark.parametrize("way", list(Way))
def test_every_mail_is_sent_once_and_found_again(server: Server, way: Way, plan: Plan) -> None:
    plan = replace(plan, way=way, connections=CONNECTIONS, messages=100, seconds=30)
    tally = run(server.smtp, plan)
    assert (tally.acknowledged, tally.troubles, len(tally.waits)) == (100, 0, 100)
    audit = tally.journal.audit(server.api)
    assert audit.acknowledged >= 100
    assert audit.clean, audit


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mail_comes_back_as_it_was_sent(server: Server, kind: str) -> None:
    tally = run(server.smtp, Plan(body=KINDS[kind](8192), connections=2, messages=40, seconds=30))
    assert tally.acknowledged == 40
    assert tally.journal.audit(server.api).clean


@pytest.mark.parametrize("size", [1024, 10_240, 102_400])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "corpus"])
def test_a_mail_is_about_as_large_as_asked(kind: str, size: int) -> None:
    body = KINDS[kind](size)
    assert abs(len(body.content("c1n1")) - size) <= max(300, size // 50)


def test_a_rate_is_kept(server: Server) -> None:
    tally = run(server.smtp, Plan(connections=4, rate=200, seconds=1.5, warm=0.5))
    assert 190 <= tally.acknowledged <= 210


@pytest.mark.parametrize("harm", ["lost", "doubled", "altered", "invented"])
def test_the_audit_sees(server: Server, harm: str) -> None:
    tally = run(server.smtp, Plan(connections=1, messages=20, seconds=30))
    (inbox,) = {inbox for entry in tally.journal.entries.values() for inbox in entry.inboxes}
    listed = server.api.inbox(inbox)
    raw = server.api.raw(inbox, listed[3]["_id"])
    if harm in {"lost", "altered"}:
        connection = HTTPConnection(*server.http)
        connection.request("DELETE", f"/api/addresses/{inbox}/messages/{listed[3]['_id']}")
        assert connection.getresponse().status == 200
        connection.close()
    if harm == "doubled":
        server.api.drop(inbox, raw)
    if harm == "altered":
        server.api.drop(inbox, raw[raw.index(b"From: sender") :].replace(b"0123", b"3210"))
    if harm == "invented":
        server.api.drop(inbox, b"From: sender@origin.test\r\nSubject: l1c9n9\r\n\r\nnever sent\r\n")
    audit = tally.journal.audit(server.api)
    assert getattr(audit, harm) == 1, audit
    assert not audit.clean


def test_a_refusal_is_counted_and_the_next_connection_goes_on(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--message-size-limit=1024") as strict:
        tally = run(strict.smtp, Plan(body=KINDS["plain"](8192), connections=2, seconds=1))
    assert tally.refused.keys() == {552}
    assert tally.refused[552] > 2
    assert (tally.acknowledged, tally.broken) == (0, 0)


@pytest.mark.parametrize("count", [1, 254, 255, 600, MOST_SOURCES])
def test_each_source_is_an_address_of_its_own(count: int) -> None:
    plan = Plan(sources=count)
    assert len({ip_address(plan.source(number)) for number in range(count + 5)}) == count


def test_what_was_refused_is_not_taken_for_kept() -> None:
    tally = Tally(Plan(connections=1), "l")
    said = played(tally, b"220 hi", b"250 hi", b"250 ok", b"450 not now")
    assert said[-1] == "450 not now"
    assert not any(entry.ended or entry.queue_id for entry in tally.journal.entries.values())


def test_a_pipelined_sender_writes_the_next_envelope_with_the_end_of_a_mail() -> None:
    tally = Tally(Plan(way=Way.PIPELINED, connections=1), "l")
    replies = [b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go", b"250 queued as abc"]
    said = played(tally, *replies)
    ends = [
        pieces for pieces in said if isinstance(pieces, tuple) and any(b"\r\n.\r\n" in one for one in pieces)
    ]
    assert [len(pieces) for pieces in ends] == [3]
    assert ends[0][2].startswith(b"MAIL FROM:<")
    first, second = tally.journal.entries.values()
    assert (first.ended, first.queue_id) == (True, "abc")
    assert (second.ended, second.queue_id) == (False, "")


def played(tally: Tally, *replies: bytes) -> list[Said | str]:
    """What a sender says between these replies, and how it ends."""
    tally.start()
    talk = conversation(tally, 0)
    said: list[Said | str] = [next(talk)]
    try:
        said += [talk.send(reply) for reply in replies]
    except RefusedError as refused:
        said.append(str(refused))
    return said


def test_its_program_tells_what_came_of_it(server: Server) -> None:
    ended = load(
        str(server.smtp),
        "--messages=400",
        "--connections=2",
        f"--verify={server.http}",
        f"--pid={server.pid}",
    )
    assert ended.returncode == 0, ended
    assert "acknowledged  400 in " in ended.stdout
    assert "of 400 acknowledged: 0 lost, 0 doubled, 0 altered; 0 invented" in ended.stdout
    assert "receiver" in ended.stdout


def test_its_program_fails_where_nobody_listens() -> None:
    ended = load("127.0.0.1:1", "--seconds=0.3", "--connections=1")
    assert ended.returncode == 1
    assert "acknowledged  0 in " in ended.stdout


@pytest.mark.parametrize(
    "flags", [["--size=1x"], ["--connections=0"], ["--warm=5"], ["--rate=nan"], ["--seconds=soon"]]
)
def test_its_program_names_what_is_wrong(flags: list[str]) -> None:
    ended = load("127.0.0.1:1", *flags)
    assert ended.returncode == 2
    assert "is not" in ended.stderr


def test_its_program_names_what_is_no_endpoint() -> None:
    ended = load("here")
    assert ended.returncode == 2
    assert "'here' is not HOST:PORT" in ended.stderr
