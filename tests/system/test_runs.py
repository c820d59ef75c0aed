"""A run on a real server: its mail, who waits there, what was refused, its end, and a restart."""

import http.client
import json
import os
import smtplib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fakes.server import Server, a_server

CODE = b"From: ann@shop.test\r\nSubject: Your code is 482913\r\n\r\nYour code is 482913.\r\n"
FLAGS: tuple[list[str], ...] = ([], ["--single"])
PAGE = Path(__file__).parents[2] / "docs/user/runs.md"
SIGN_UP = """#!{python}
import smtplib, sys
smtplib.SMTP("{host}", {port}).sendmail("ann@shop.test", sys.argv[1], {mail!r})
"""


def ask(server: Server, method: str, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(*server.http, timeout=90)
    connection.request(method, path)
    response = connection.getresponse()
    status, body = response.status, response.read()
    connection.close()
    return status, json.loads(body)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_a_run_is_lent_used_freed_and_over_also_after_a_restart(tmp_path: Path, flags: list[str]) -> None:
    with a_server(tmp_path / "data", *flags) as server:
        status, run = ask(server, "POST", "/api/runs")
        assert (status, run["domain"]) == (201, "mailweir.test")
        first, second = run["addresses"][:2]
        with smtplib.SMTP(*server.smtp) as client:
            client.sendmail("ann@shop.test", [first], CODE)
        status, answer = ask(server, "GET", f"/api/addresses/{first}/wait?require=code")
        assert (status, answer["codes"][0]["value"]) == (200, "482913")
        path = f"/api/runs/{run['id']}"
        assert ask(server, "GET", path)[1]["messages"] == 1
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(ask, server, "GET", f"/api/addresses/{second}/wait?timeout=60")
            time.sleep(1)  # noqa: TID251  nothing tells that somebody waits by now
            begun = time.monotonic()
            assert ask(server, "DELETE", path) == (200, {"id": run["id"], "messages": 1})
            assert waiting.result()[0] == 410
            assert time.monotonic() - begun < 10
        assert server.stop() == 0
        server.start()
        assert ask(server, "GET", path)[0] == 410
        assert ask(server, "GET", f"/api/addresses/{first}/wait")[0] == 410
        assert ask(server, "GET", f"/api/addresses/{first}/messages") == (200, [])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_who_waits_in_vain_is_told_what_was_refused(tmp_path: Path, flags: list[str]) -> None:
    with a_server(tmp_path / "data", *flags, "--base-domains=base.test") as server:
        with smtplib.SMTP(*server.smtp) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("ann@shop.test", ["bob@far.test"], CODE)
        status, answer = ask(server, "GET", "/api/addresses/bob@far.test/wait?timeout=1")
        assert status == 408
        assert [(one["recipient"], one["reply"]) for one in answer["refused"]] == [
            ("bob@far.test", "550 5.7.1 This server does not take mail for that host")
        ]
        assert answer["intake"] == {"healthy": True, "reasons": []}
        assert ask(server, "POST", "/api/runs")[1]["domain"] == "base.test"


@pytest.mark.timeout(120)
def test_the_jobs_steps_of_the_page_print_the_code(tmp_path: Path) -> None:
    steps = PAGE.read_text("utf-8").partition("## In a CI job")[2].partition("```sh\n")[2].partition("```")[0]
    with a_server(tmp_path / "data") as server:
        sign_up = tmp_path / "sign-up"
        host, port = server.smtp
        sign_up.write_text(SIGN_UP.format(python=sys.executable, host=host, port=port, mail=CODE))
        sign_up.chmod(0o755)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "MAILWEIR_URL": f"http://{server.http}"}
        ran = subprocess.run(  # noqa: S602  the page is of a shell's words
            steps, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        assert ran.stdout.startswith("482913\n"), ran.stderr
        assert json.loads(ran.stdout.partition("\n")[2])["messages"] == 1
