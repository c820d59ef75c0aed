"""`mailweir redigest`: beside a server, and where there is nothing to read."""

import json
import subprocess
from pathlib import Path

import pytest
from msgspec.msgpack import encode

from fakes.commands import mailweir
from fakes.server import a_server
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.writer import Writer
from mailweir.adapters.system import SystemClock
from mailweir.model.digest import Brief

MAIL = b"Subject: Your code is 482913\r\n\r\nYour code is 482913.\r\n"
BOB = "bob@thing.test"


def redigest(*words: str) -> "subprocess.CompletedProcess[str]":
    return mailweir("redigest", *words)


@pytest.mark.timeout(120)
def test_digests_are_made_anew_beside_a_running_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_server(data) as server:
        for _ in range(150):
            server.api.drop(BOB, MAIL)
        before = server.api.digested(BOB, 150)
        assert json.loads(redigest("--data", str(data), "--json").stdout) == {"redigested": 0, "failed": 0}
        spoil(data)
        assert {one["subject"] for one in server.api.inbox(BOB)} == {"spoilt"}
        ended = redigest("--data", str(data), "--all")
        assert (ended.returncode, ended.stdout) == (0, "150 messages read anew, 0 could not be read.\n")
        assert "150 of 150 messages read anew (100 %)" in ended.stderr
        assert server.api.inbox(BOB) == before


def spoil(data: Path) -> None:
    """What older rules would have left."""
    writer = Writer(data, SystemClock(), File.INDEX)
    with writer.transaction() as connection:
        connection.execute("UPDATE digest SET brief = ?", (encode(Brief("done", subject="spoilt")),))
        connection.execute("UPDATE progress SET last = last + 1")
        connection.execute("UPDATE touched SET change = (SELECT last FROM progress)")
    writer.close()


def test_where_there_is_no_store_it_says_so(tmp_path: Path) -> None:
    ended = redigest("--data", str(tmp_path / "nothing"))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "there is no store in" in ended.stderr
    assert not (tmp_path / "nothing").exists()
