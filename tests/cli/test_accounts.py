"""`mailweir account` and `mailweir key`: alone, and beside a server that learns of it at once."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from fakes import commands
from fakes.server import a_server

BOB = "bob@thing.test"
LEARNS_WITHIN = 1.0  # seconds, ten times what is promised


def mailweir(*words: str, data: Path, text: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
    return commands.mailweir(*words, "--data", data, text=text, variables=variables)


def test_an_account_and_its_keys_are_made_listed_and_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "There is no account" in mailweir("account", "list", data=data).stderr
    made = mailweir("account", "add", "Ann", "--json", data=data)
    assert (made.returncode, json.loads(made.stdout)["account"]) == (0, "ann")
    key = json.loads(made.stdout)["key"]
    assert key.startswith("k_")
    assert len(key) == 42
    more = mailweir("key", "add", "ann", "ci", data=data)
    assert (more.returncode, more.stdout.strip().startswith("k_")) == (0, True)
    keys = json.loads(mailweir("key", "list", "ann", "--json", data=data).stdout)
    hints = [("ci", more.stdout.strip()[-4:]), ("first", key[-4:])]
    assert [(one["name"], one["hint"]) for one in keys] == hints
    assert mailweir("account", "list", data=data).stdout == "ann\n"
    assert "ci " in mailweir("key", "list", "ann", data=data).stdout
    assert mailweir("key", "remove", "ann", "ci", data=data).returncode == 0
    assert mailweir("account", "remove", "ann", data=data).returncode == 0
    assert json.loads(mailweir("account", "list", "--json", data=data).stdout) == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["account", "add", "ann"], 1, "There is an account ann already."),
        (["account", "remove", "ben"], 1, "There is no account ben."),
        (["account", "add", "no name"], 2, "no name of an account"),
        (["key", "add", "ben", "ci"], 1, "There is no account ben."),
        (["key", "add", "ann", "first"], 1, "Ann has a key first already."),
        (["key", "add", "ann", "x\ny"], 2, "no name of a key"),
        (["key", "remove", "ann", "ci"], 1, "ann has no key ci."),
        (["account", "frobnicate"], 2, "frobnicate"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    mailweir("account", "add", "ann", data=tmp_path)
    ended = mailweir(*words, data=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr


@pytest.mark.timeout(120)
@pytest.mark.parametrize("flags", [[], ["--single"]], ids=str)
def test_a_running_server_learns_of_keys_at_once_and_remembers_them(tmp_path: Path, flags: list[str]) -> None:
    data = tmp_path / "data"
    with a_server(data, *flags) as server:
        key = mailweir("account", "add", "ann", data=data).stdout.strip()
        within(lambda: server.api.get(f"/api/me?_mailsacKey={key}").status, 200)
        server.api.drop(BOB, b"Subject: hidden\r\n\r\nhidden\r\n")
        path = f"/api/addresses/{BOB}/messages?_mailsacKey={key}"
        server.api.post(f"/api/addresses/{BOB}?_mailsacKey={key}")
        assert server.api.get(f"/api/addresses/{BOB}/messages").status == 401
        assert len(json.loads(server.api.get(path).body)) == 1
        assert server.stop() == 0
        server.start()
        assert server.api.get(f"/api/addresses/{BOB}/messages").status == 401
        assert server.api.get(path).status == 200
        mailweir("key", "remove", "ann", "first", data=data)
        within(lambda: server.api.get(path).status, 401)
        mailweir("account", "remove", "ann", data=data)
        within(lambda: server.api.get(f"/api/addresses/{BOB}/messages").status, 200)
        assert "is not given again" in mailweir("account", "add", "ann", data=data).stderr


def within(ask: Callable[[], int], wanted: int) -> None:
    begun = time.monotonic()
    while ask() != wanted:
        assert time.monotonic() - begun < LEARNS_WITHIN
        time.sleep(0.01)  # noqa: TID251  nobody tells us


def test_a_store_of_accounts_that_was_not_finished_hinders_no_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "accounts.db").touch()
    with a_server(data) as server:
        assert server.api.get("/api/messages").status == 200


def test_the_first_account_comes_from_the_settings(tmp_path: Path) -> None:
    data, key = tmp_path / "data", "k_" + "x" * 40
    refused = mailweir("serve", "--http", "0.0.0.0:0", data=data)
    assert refused.returncode == 1
    assert "mailweir account add NAME" in refused.stderr
    wrong = mailweir("serve", data=data, MAILWEIR_BOOTSTRAP_ACCOUNT="ops", MAILWEIR_BOOTSTRAP_KEY="k_short")
    assert (wrong.returncode, "bootstrap_key" in wrong.stderr) == (2, True)
    flags = ("--bootstrap-account=ops", f"--bootstrap-key={key}")
    with a_server(data, *flags) as server:
        assert json.loads(server.api.get(f"/api/me?_mailsacKey={key}").body)["_id"] == "ops"
        assert server.stop() == 0
        server.start()  # the account is there already
        assert server.api.get(f"/api/me?_mailsacKey={key}").status == 200
    assert mailweir("account", "list", data=data).stdout == "ops\n"


@pytest.mark.timeout(120)
def test_an_account_is_exported_and_erased_beside_a_running_server(tmp_path: Path) -> None:
    data, archive, folder = tmp_path / "data", tmp_path / "out" / "ann.zip", tmp_path / "folder"
    with a_server(data, "--single") as server:
        key = mailweir("account", "add", "ann", data=data).stdout.strip()
        within(lambda: server.api.get(f"/api/me?_mailsacKey={key}").status, 200)
        server.api.post(f"/api/addresses/{BOB}?_mailsacKey={key}")
        hers = server.api.drop(BOB, b"Subject: hidden\r\n\r\nhidden\r\n")
        server.api.drop("eve@thing.test", b"Subject: public\r\n\r\npublic\r\n")
        made = mailweir("account", "export", "ann", str(archive), "--json", data=data)
        assert json.loads(made.stdout) == {"account": "ann", "messages": 1, "to": str(archive)}
        assert "1 messages of ann" in mailweir("account", "export", "ann", str(folder), data=data).stdout
        names = ["account.json", "index.jsonl", f"mail/{hers}.eml"]
        with ZipFile(archive) as found:
            assert (found.testzip(), found.namelist()) == (None, names)
            for name in names:
                assert found.read(name) == (folder / name).read_bytes()
        assert list(archive.parent.iterdir()) == [archive]
        modes = {path: path.stat().st_mode & 0o777 for path in (archive, folder, folder / names[2])}
        assert list(modes.values()) == [0o600, 0o700, 0o600]
        erased = mailweir("account", "erase", "ann", data=data)
        assert (erased.returncode, erased.stdout) == (0, "ann is erased, with 1 messages.\n")
        within(lambda: server.api.get(f"/api/me?_mailsacKey={key}").status, 401)
        assert server.api.inbox(BOB) == []
        assert len(server.api.inbox("eve@thing.test")) == 1
        assert "is not given again" in mailweir("account", "add", "ann", data=data).stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["export", "ben", "new.zip"], 1, "There is no account ben."),
        (["export", "ann", "full"], 1, "is there already; name a file or a folder that is not."),
        (["export", "ann", "full/x"], 1, "is there already"),
        (["export", "ann", "full/x.zip"], 1, "is there already"),
        (["export", "ann", "full/x/y.zip"], 1, "full/x is there already"),
        (["export", "ann", "cut.zip"], 1, "cut.zip.part is there already"),
        (["export", "no name", "x.zip"], 2, "no name of an account"),
        (["erase", "ben"], 1, "There is no account ben."),
        (["erase", "no name"], 2, "no name of an account"),
    ],
)
def test_what_cannot_be_exported_or_erased_is_one_sentence(
    tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    for name in ("x", "x.zip"):
        (full / name).touch()
    (tmp_path / "cut.zip.part").touch()
    data = tmp_path / "data"
    mailweir("account", "add", "ann", data=data)
    to = [str(tmp_path / word) for word in words[2:]]
    ended = mailweir("account", *words[:2], *to, data=data)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
