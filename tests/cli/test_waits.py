"""`mailweir wait` against a real server: the code alone, the nearest misses, a restart meanwhile."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.test_accounts import mailweir
from fakes import commands
from fakes.documents import block
from fakes.server import Server, a_server

PAGE = "user/waiting.md"
CODE = b"From: Shop <ann@shop.test>\r\nSubject: Your code is 482913\r\n\r\nYour code is 482913.\r\n"
LINK = b"Subject: Please verify\r\n\r\nVerify your address: https://shop.test/verify?token=a1b2c3\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("wait") / "data") as running:
        yield running


def wait(server: Server, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    variables = {"MAILWEIR_URL": f"http://{server.http}", **variables}
    return commands.mailweir("wait", *words, within=90, variables=variables)


def test_the_code_and_nothing_else_is_printed(server: Server) -> None:
    server.api.drop("a@thing.test", CODE)
    found = wait(server, "a@thing.test", "--code")
    assert (found.returncode, found.stdout, found.stderr) == (0, "482913\n", "")
    assert json.loads(wait(server, "a@thing.test", "--json").stdout)["message"]["inbox"] == "a@thing.test"
    assert wait(server, "a@thing.test").stdout.endswith("  Your code is 482913\n")


def test_the_link_is_printed(server: Server) -> None:
    server.api.drop("b@thing.test", LINK)
    assert wait(server, "b@thing.test", "--link").stdout == "https://shop.test/verify?token=a1b2c3\n"


def test_what_was_near_is_told_with_the_reason(server: Server) -> None:
    server.api.drop("c@thing.test", CODE)
    missed = wait(server, "c@thing.test", "--subject", "invoice", "--timeout", "0")
    assert (missed.returncode, missed.stdout) == (1, "")
    assert "'Your code is 482913': subject" in missed.stderr
    assert "Nothing that fits has come in time" in missed.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere"], "not an e-mail address"),
        (["a@x.test", "--code", "--link"], "exclude each other"),
        (["a@x.test", "--regex", "("], "no expression of RE2's"),
        (["a@x.test", "--url", "ftp://x"], "no address of a server"),
        (["a@x.test", "--timeout", "301"], "301"),
    ],
)
def test_what_cannot_be_waited_for_is_one_sentence(server: Server, words: list[str], sentence: str) -> None:
    refused = wait(server, *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert sentence in refused.stderr


def test_a_server_that_does_not_answer_is_told(server: Server) -> None:
    refused = wait(server, "a@x.test", "--timeout", "0", "--url", "http://127.0.0.1:9")
    assert (refused.returncode, "does not answer" in refused.stderr) == (1, True)


@pytest.mark.timeout(120)
def test_a_wait_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    key = mailweir("account", "add", "ann", data=tmp_path).stdout.strip()
    with a_server(tmp_path) as server:
        assert server.api.post(f"/api/addresses/ann@thing.test?_mailsacKey={key}").status == 200
        found: list[subprocess.CompletedProcess[str]] = []
        words = ("ann@thing.test", "--code", "--timeout", "60")
        waiter = threading.Thread(target=lambda: found.append(wait(server, *words, MAILWEIR_KEY=key)))
        waiter.start()
        time.sleep(2)  # noqa: TID251  until it is likely to wait; it finds the mail in either case
        server.stop()
        server.start()
        server.api.drop("ann@thing.test", CODE)
        waiter.join(60)
    assert (found[0].returncode, found[0].stdout) == (0, "482913\n")


def test_the_page_is_true(server: Server) -> None:
    server.api.drop("sign-up@thing.test", CODE)
    server.api.drop("sign-up@thing.test", LINK)
    for words, expected in (("require=code", '"482913"'), ("quiet?for=5", '"quiet":true')):
        command = (
            block(PAGE, "sh", words).replace("127.0.0.1:8025", str(server.http)).replace("for=5", "for=1")
        )
        ended = subprocess.run(
            ["bash", "-euc", command], capture_output=True, text=True, timeout=60, check=True
        )
        assert expected in ended.stdout
    told = block(PAGE, "sh", "mailweir wait").splitlines()
    printed = [wait(server, *line.partition("#")[0].split()[2:]).stdout for line in told if "--code" in line]
    assert printed == ["482913\n"]
