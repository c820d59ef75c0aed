"""The API is as `/openapi.json` describes it: Schemathesis asks a real server whatever that allows, and more.

`schemathesis.toml` says how many questions there are, and what is left out for which reason.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from fakes.empty_dns import an_empty_dns
from fakes.server import Server, a_server

SCHEMATHESIS: Final = Path(sys.executable).with_name("schemathesis")
TESTS: Final = Path(__file__).parents[1]
CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
KEY: Final = "k_" + "described" * 4
MINE: Final = "mine@described.test"
LONGEST: Final = 270.0  # seconds of one run, on a machine that does other things as well
MAIL: Final = (
    b"From: Ann <ann@sender.test>\r\nTo: bob@thing.test\r\nSubject: Your code is 482913\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Your code is <b>482913</b>.</p>\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("described") / "data"
    flags = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}")
    with an_empty_dns() as dns, a_server(data, *flags, f"--dns-servers={dns}") as running:
        running.api.drop("bob@thing.test", MAIL)
        running.api.digested("bob@thing.test", 1)
        yield running


@pytest.mark.timeout(2 * LONGEST)
@pytest.mark.parametrize("lines", [(), (f"Mailsac-Key: {KEY}",)], ids=["without a key", "with a key"])
def test_every_answer_is_one_that_is_described(server: Server, tmp_path: Path, lines: Sequence[str]) -> None:
    headers = [f"--header={line}" for line in lines]
    question(server, tmp_path, CONFIGURATION, *headers)


def test_every_answer_about_a_message_that_is_there_is_one_that_is_described(
    server: Server, tmp_path: Path
) -> None:
    """By chance none of its questions above is about one."""
    assert server.api.post(f"/api/addresses/{MINE}?_mailsacKey={KEY}").status == 200
    message = server.api.drop(MINE, MAIL)
    known = f'"path.email" = "{MINE}"\n"path.message_id" = "{message}"\n"path.identifier" = "a.txt"'
    configuration = tmp_path / "there.toml"
    configuration.write_text(f"{CONFIGURATION.read_text('utf-8')}\n[parameters]\n{known}\n", "utf-8")
    chosen = ("--include-path-regex=message_id", "--exclude-operation-id=DeleteMessage")
    question(server, tmp_path, configuration, f"--header=Mailsac-Key: {KEY}", *chosen)
    assert server.api.get(f"/api/raw/{MINE}/{message}?_mailsacKey={KEY}").status == 200


def question(server: Server, directory: Path, configuration: Path, *flags: str) -> None:
    """Schemathesis finds nothing; afterwards the server is alive and has failed no request."""
    words = ["--config-file", configuration, "run", f"http://{server.http}/openapi.json", *flags]
    ended = subprocess.run(
        [SCHEMATHESIS, *words],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert server.api.get("/livez").status == 200
    assert "request failed" not in server.log.read_text("utf-8")
    assert ended.returncode == 0, ended.stdout[-30_000:] + ended.stderr


def test_nothing_is_left_out_of_it_but_what_never_ends(server: Server) -> None:
    left_out = CONFIGURATION.read_text("utf-8").splitlines().count("enabled = false")
    document = json.loads(server.api.get("/openapi.json").body)
    streams = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if "text/event-stream" in json.dumps(operation["responses"])
    ]
    assert sorted(streams) == ["StreamAllMessages", "StreamMessages"]
    assert left_out == len(streams)
