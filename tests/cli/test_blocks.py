"""`mailweir block`: with everything down, and beside a server that goes by it at once."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fakes import commands
from fakes.server import a_server
from mailweir.cli.block_lines import read_lines
from mailweir.cli.durations import milliseconds_of
from mailweir.config.errors import SettingsError


def block(*words: str, data: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    return commands.mailweir("block", *words, "--data", data, text=text)


def told(*words: str, data: Path, text: str = "") -> Any:  # noqa: ANN401  JSON is what it is
    done = block(*words, "--json", data=data, text=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_entries_are_made_listed_looked_up_and_taken_out(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "Nobody is on the blocklist" in block("list", data=data).stderr
    assert data.stat().st_mode & 0o077 == 0
    made = block("add", "192.0.2.7", "--for", "1h", "--reason", "a flood", data=data)
    assert (made.returncode, made.stdout) == (0, "")
    assert "192.0.2.7 is blocked until 2" in made.stderr
    assert "kept in the book; no process is running." in made.stderr
    wide = told("add", "192.0.2.0/24", data=data)
    nobody: dict[str, list[object]] = {"confirmed": [], "waiting": []}
    assert wide == {
        "kind": "network",
        "subject": "192.0.2.0/24",
        "list": "block",
        "expires": None,
        "processes": nobody,
    }
    assert told("allow", "192.0.2.9", data=data)["list"] == "allow"
    listed = told("list", data=data)
    assert [(one["list"], one["subject"]) for one in listed] == [
        ("allow", "192.0.2.9"),
        ("block", "192.0.2.7"),
        ("block", "192.0.2.0/24"),
    ]
    assert listed[1].keys() == {*wide.keys(), "byRule", "created", "reason", "origin"} - {"processes"}
    assert (listed[1]["reason"], listed[1]["byRule"], bool(listed[1]["origin"])) == ("a flood", False, True)
    assert listed[1]["expires"] - listed[1]["created"] in range(3_590_000, 3_610_000)
    assert "192.0.2.7 " in block("list", data=data).stdout
    found = block("check", "192.0.2.7", data=data)
    assert found.stdout.startswith("192.0.2.7 is refused by: block network 192.0.2.7 until 2")
    assert "let in by: allow network 192.0.2.9" in block("check", "192.0.2.9", data=data).stdout
    assert told("check", "198.51.100.1", data=data)["refused"] is False
    removed = block("remove", "192.0.2.7", data=data)
    assert "refused all the same, by: block network 192.0.2.0/24" in removed.stderr
    assert [one["subject"] for one in told("remove", "192.0.2.0/24", data=data)["removed"]] == [
        "192.0.2.0/24"
    ]
    assert told("check", "192.0.2.7", data=data) == {
        "kind": "network",
        "subject": "192.0.2.7",
        "refused": False,
        "entry": None,
    }


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["add", "0.0.0.0/0"], 1, "0.0.0.0/0 is wider than a /8; name its parts."),
        (["add", "::/0"], 1, "::/0 is wider than a /16; name its parts."),
        (["add", "127.0.0.1"], 1, "127.0.0.1 is this machine itself"),
        (["add", "no such"], 2, "neither a network, an address nor a domain"),
        (["add", "192.0.2.1", "--kind", "frobnicate"], 2, "frobnicate"),
        (["add", "192.0.2.1", "--for", "a while"], 2, "is no time such as 90s"),
        (["add", "192.0.2.1", "--reason", "x" * 201], 2, "up to 200 characters"),
        (["add", "192.0.2.1", "--reason", "x\ny"], 2, "on one line"),
        (["remove", "192.0.2.1"], 1, "192.0.2.1 has no entry of its own."),
        (["remove", "10.1.2.3"], 1, "has no entry of its own; it is refused by: block network 10.0.0.0/8"),
        (["import", "no-such-file"], 1, "no-such-file cannot be read"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    block("add", "10.0.0.0/8", data=tmp_path)
    ended = block(*words, data=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_proxy_of_the_settings_is_not_banned(tmp_path: Path) -> None:
    config = tmp_path / "mailweir.toml"
    config.write_text('trusted_proxies = ["10.0.0.1"]\n', "utf-8")
    ended = block("add", "10.0.0.0/24", "--config", str(config), data=tmp_path / "data")
    assert ended.returncode == 1
    assert "would shut out all who come by our proxy 10.0.0.1/32" in ended.stderr


def test_a_file_is_imported_and_what_it_does_not_make_clear_is_told_with_its_line(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "drop.txt"
    file.write_text(
        "; Spamhaus DROP List\n1.10.16.0/20 ; SBL256894\n\n# ours\nspam.test # seen\nbob@far.test\n"
        "1.10.16.0/20\nwhat is this\n::/0\n2001:db8::/32\n",
        "utf-8",
    )
    done = block("import", str(file), data=data)
    assert done.returncode == 0
    assert "line 8: 'what is this' is neither" in done.stderr
    assert "line 9: ::/0 is wider" in done.stderr
    assert "4 entries of" in done.stderr
    assert {one["reason"] for one in told("list", data=data)} == {"drop.txt"}
    again = told("import", "-", "--for", "7d", "--reason", "again", data=data, text=file.read_text("utf-8"))
    assert (again["blocked"], [one["line"] for one in again["refused"]]) == (4, [8, 9])
    listed = told("list", data=data)
    assert [one["reason"] for one in listed] == ["again"] * 4
    assert block("check", "x@mail.spam.test", data=data).stdout.startswith("x@mail.spam.test is refused")


def test_lines_are_read_with_their_progress() -> None:
    said: list[str] = []
    found = read_lines((f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}\n" for n in range(45_000)), None, said.append)
    assert (len(found.subjects), found.refused) == (45_000, [])
    assert said == ["20,000 lines read", "40,000 lines read"]
    long = read_lines(["x" * 100_000, "bob.test"], "recipient", said.append)
    assert (len(long.subjects), [number for number, _ in long.refused]) == (1, [1])


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1H", 3600), (" 7d ", 604_800), ("2w", 1_209_600)]
)
def test_a_time_is_read(text: str, seconds: int) -> None:
    assert milliseconds_of(text) == seconds * 1000


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "-1h", "1.5h", "1 h", "3651d", "9999999999s", "1y"])
def test_what_is_no_time_is_said_so(text: str) -> None:
    with pytest.raises(SettingsError):
        milliseconds_of(text)
    assert milliseconds_of("3650d")


@pytest.mark.timeout(120)
def test_a_running_server_goes_by_it_and_a_process_that_is_stopped_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_server(data) as server:
        seen = told("add", "192.0.2.7", data=data)["processes"]
        assert "web" in {one["role"] for one in seen["confirmed"]}
        assert seen["waiting"] == []
        web = next(one["pid"] for one in seen["confirmed"] if one["role"] == "web")
        looked_up = "/api/mailstats/blacklist/192.0.2.7"
        assert json.loads(server.api.get(looked_up).body) == {"blacklisted": True}
        os.kill(web, signal.SIGSTOP)
        try:
            removed = block("remove", "192.0.2.7", data=data)
        finally:
            os.kill(web, signal.SIGCONT)
        assert removed.returncode == 0
        assert f"not heard from: web {web}." in removed.stderr
        told("add", "198.51.100.0/24", data=data)
        assert json.loads(server.api.get(looked_up).body) == {"blacklisted": False}
        assert server.stop() == 0
        assert told("add", "192.0.2.8", data=data)["processes"] == {"confirmed": [], "waiting": []}
        server.start()
        assert json.loads(server.api.get("/api/mailstats/blacklist").body) == ["192.0.2.8", "198.51.100.0/24"]
