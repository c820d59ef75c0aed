"""The command line as a person or a script uses it: real processes, exit codes, one sentence."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mailweir.cli.program import app
from mailweir.cli.serving import Serving, plainly
from mailweir.config.load import flag
from mailweir.config.settings import TABLE

SOURCE = Path(__file__).parents[2] / "src"


def mailweir(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAILWEIR_")}
    return subprocess.run(
        [sys.executable, "-m", "mailweir", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**environ, **variables},
    )


def refused(code: int, *words: str, **variables: str) -> str:
    """The sentence with which this command ends."""
    ended = mailweir(*words, **variables)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.startswith("mailweir: ")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


@pytest.mark.parametrize(
    "command", ["serve", "check-config", "config-reference", "redigest", "version", "why"]
)
def test_every_command_explains_itself_and_takes_config_and_data(command: str) -> None:
    ended = mailweir(command, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--config" in ended.stdout
    assert "--data" in ended.stdout


def test_the_help_names_every_command() -> None:
    ended = mailweir("--help")
    assert ended.returncode == 0
    assert all(
        command in ended.stdout
        for command in ("serve", "check-config", "config-reference", "redigest", "version", "why")
    )


def test_the_version_is_printed_for_people_and_programs(tmp_path: Path) -> None:
    plain = mailweir("version", "--data", str(tmp_path)).stdout.strip()
    assert json.loads(mailweir("version", "--json").stdout) == {"version": plain}
    assert mailweir("--version").stdout.strip() == plain


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["serve", "--help"]),
        (["srve"], ["srve", "serve"]),
        (["serve", "extra"], ["extra"]),
        (["serve", "--smtp"], ["--smtp"]),
        (["serve", "--smpt", "127.0.0.1:1"], ["--smpt", '"127.0.0.1:1"', "did you mean --smtp?", "--http"]),
        (["serve", "--smpt=127.0.0.1:1"], ["--smpt", '"127.0.0.1:1"']),
        (["serve", "--smtp", "abc"], ["--smtp", '"abc"', "HOST:PORT"]),
        (["serve", "--smtp", "127.0.0.1:1", "--smtp", "127.0.0.1:2"], ["--smtp"]),
        (["serve", "--role", "catcher"], ['"catcher"', "receiver, access, web, digest"]),
        (["serve", "--role", "web", "--single"], ["--role", "--single"]),
        (["serve", "--config", "/nowhere.toml"], ["/nowhere.toml"]),
        (["serve", "--store", "postgres://h/d"], ["store", "sqlite:"]),
        (["check-config", "--message-size-limit", "big"], ["message_size_limit", '"big"', "25MiB"]),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(words: list[str], parts: list[str]) -> None:
    sentence = refused(2, *words)
    assert [part for part in parts if part not in sentence] == []


def test_a_wrong_variable_is_wrong_use() -> None:
    assert "MAILWEIR_WEBS" in refused(2, "serve", MAILWEIR_WEBS="many")


def test_listening_for_others_without_an_account_is_refused(tmp_path: Path) -> None:
    sentence = refused(1, "serve", "--data", str(tmp_path / "data"), "--smtp", "0.0.0.0:0")
    assert "mailweir account add NAME" in sentence
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        sentence = refused(1, "serve", "--data", str(tmp_path / "data"), "--http", address)
    assert address in sentence
    assert "--http" in sentence


def test_a_data_directory_that_is_a_file_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert "is a file" in refused(1, "serve", "--data", str(tmp_path / "data"))


def test_check_config_shows_what_would_be_in_force(tmp_path: Path) -> None:
    config = tmp_path / "mailweir.toml"
    config.write_text("http = 'off'\nsecret = 'hush'\n")
    ended = mailweir("check-config", "--config", str(config), "--json", "--webs", "3", MAILWEIR_COLOUR="red")
    shown = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert (shown["http"], shown["webs"], shown["secret"], shown["profile"]) == ("off", 3, "***", "local")
    assert "MAILWEIR_COLOUR" in ended.stderr
    plain = mailweir("check-config", "--config", str(config)).stdout
    assert "Profile local holds, because every door is on loopback." in plain
    assert "hush" not in plain


def test_the_reference_is_printed_for_people_and_programs() -> None:
    document = (SOURCE.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert mailweir("config-reference").stdout == document
    assert json.loads(mailweir("config-reference", "--json").stdout)[0]["name"] == "data"


def test_a_reader_that_leaves_early_brings_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "mailweir", "config-reference"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_small_commands_do_not_load_the_server() -> None:
    script = (
        "import sys\nfrom mailweir.cli import main\ntry: main(['version'])\nexcept SystemExit: pass\n"
        "print(sorted({'asyncio', 'uvloop', 'litestar', 'apsw', 'logging'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


PLAIN = [
    [],
    ["--single"],
    ["--role=web", "--config=a.toml"],
    ["--data=a b", "--smtp=127.0.0.1:0,[::1]:0", "--http=off"],
    ["--anonymous-reads=none", "--secret=null", "--guest-password=-x", "--node-name=a=b"],
    [f"{flag(name)}=1" for name in TABLE],
]
LEFT = [
    ["--help"],
    ["--data", "a"],
    ["--data="],
    ["--single", "--single"],
    ["--single=yes"],
    ["--single="],
    ["--no-such=1"],
    ["--data_=1"],
    ["--http=a", "--http=b"],
    ["a=b"],
    ["--", "--data=a"],
]


@pytest.mark.parametrize("words", PLAIN, ids=str)
def test_plain_words_mean_what_they_mean_to_the_command_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meant: list[Serving] = []

    def run(self: Serving) -> int:
        meant.append(self)
        return 0

    monkeypatch.setattr(Serving, "run", run)
    app(["serve", *words])
    assert [plainly(words)] == meant


@pytest.mark.parametrize("words", LEFT, ids=str)
def test_what_is_not_plain_is_left_to_the_command_line(words: list[str]) -> None:
    assert plainly(words) is None
