"""`mailweir why`: by address and by code, with no process running and beside a server."""

import asyncio
import json
import smtplib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cli.test_accounts import mailweir
from fakes.makers import an_explanation
from fakes.server import a_server
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.explanations import SqliteExplanations
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action, Rule

BOB, CODE = Inbox("bob@inbox.test"), "00c0ffee00"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    prepare(tmp_path / "data", SystemClock())
    return tmp_path / "data"


def keep(data: Path, *explanations: Explanation) -> None:
    async def kept() -> None:
        store = SqliteExplanations(data, SystemClock())
        for one in explanations:
            store.keep(replace(one, at=SystemClock().now()))
        await store.close()

    asyncio.run(kept())


def told(data: Path, *words: str) -> Any:  # noqa: ANN401  JSON is what it is
    ended = mailweir("why", *words, "--json", data=data)
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def test_with_no_process_running_a_code_and_an_address_find_it(data: Path) -> None:
    eve = an_explanation(
        0, Inbox("eve@inbox.test"), Rule.NOT_OURS, Action.REFUSE, code="aaaaaaaaaa", reply="550 No"
    )
    keep(data, an_explanation(), eve)
    for asked in (CODE, f"[{CODE.upper()}]", "Bob+tag@inbox.test"):
        (one,) = told(data, asked)
        assert (one["to"], one["rule"], one["from"], one["ip"]) == (
            BOB,
            "inbox",
            "ann@shop.test",
            "192.0.2.77",
        )
    assert [one["to"] for one in told(data, "*@inbox.test")] == ["eve@inbox.test", BOB]
    assert [one["to"] for one in told(data, "*@inbox.test", "--limit", "1")] == ["eve@inbox.test"]
    line = mailweir("why", "eve@inbox.test", data=data).stdout
    assert (
        "  refused  to <eve@inbox.test> from <ann@shop.test> by 192.0.2.77 (mx.shop.test):  not ours" in line
    )
    assert line.endswith("[aaaaaaaaaa]  550 No\n")


def test_what_a_dry_run_has_let_by_says_so(data: Path) -> None:
    keep(data, an_explanation(acted=False))
    assert "would have been put off" in mailweir("why", CODE, data=data).stdout


def test_what_peers_said_commands_no_terminal(data: Path) -> None:
    keep(data, replace(an_explanation(), hello="\x1b]0;owned\x07\n\u202e", sender="\x9b2J@x.test"))
    lines = mailweir("why", CODE, data=data).stdout
    assert lines.count("\n") == 1
    assert lines.strip().isprintable()


def test_where_nothing_is_known_that_is_said_and_nothing_is_made(data: Path) -> None:
    ended = mailweir("why", CODE, data=data)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert f"Nothing is known of {CODE}" in ended.stderr
    assert told(data, CODE) == []
    assert not (data / File.EXPLANATIONS.database).exists()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["bob"], 2, "neither the code of a reply"),
        (["00c0ffee0"], 2, "neither the code of a reply"),
        (["00c0ffee000"], 2, "neither the code of a reply"),
        ([CODE, "--limit", "0"], 2, "limit"),
        ([CODE, "--limit", "20001"], 2, "limit"),
        ([], 2, "asked"),
    ],
)
def test_a_wrong_question_is_one_sentence(data: Path, words: list[str], code: int, sentence: str) -> None:
    ended = mailweir("why", *words, data=data)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr.lower()
    assert ended.stderr.count("\n") == 1


def test_without_a_store_that_is_said_and_none_is_made(tmp_path: Path) -> None:
    ended = mailweir("why", CODE, data=tmp_path / "none")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "There is no store in" in ended.stderr
    assert not (tmp_path / "none").exists()


def test_a_file_that_cannot_be_read_is_said_and_left_as_it_is(data: Path) -> None:
    (data / File.EXPLANATIONS.database).write_bytes(b"no database" * 1000)
    ended = mailweir("why", CODE, data=data)
    assert ended.returncode == 1
    assert "cannot be read" in ended.stderr
    assert (data / File.EXPLANATIONS.database).read_bytes() == b"no database" * 1000


@pytest.mark.parametrize("flags", [["--single"], []])
def test_beside_a_server_it_tells_what_its_doors_refused(tmp_path: Path, flags: list[str]) -> None:
    data = tmp_path / "data"
    with a_server(data, "--base-domains=base.test", *flags) as server:
        with (
            smtplib.SMTP(*server.smtp, local_hostname="app.test") as client,
            pytest.raises(smtplib.SMTPRecipientsRefused),
        ):
            client.sendmail("ann@shop.test", "bob@far.test", "Subject: x\r\n\r\nx\r\n")
        assert server.stop() == 0
    (one,) = told(data, "bob@far.test")
    assert (one["action"], one["rule"], one["subject"]) == ("refuse", "not ours", "far.test")
    assert (one["from"], one["helo"], one["ip"]) == ("ann@shop.test", "app.test", "127.0.0.1")
    assert one["reply"] == "550 5.7.1 This server does not take mail for that host"
    assert told(data, one["code"]) == [one]
