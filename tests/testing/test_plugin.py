"""pytest with the plugin: what tests get, what it costs those who do not use it, and what is left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from fakes.server import Server, ended
from testing.project import Project, printed

READY_WITHIN = 10.0  # seconds: ten times what is promised
WAITS = """
def test_code(mailweir, inbox):
    send(mailweir, inbox.address, "Your code is 482913")
    assert inbox.wait(code=True).code == "482913"
"""
TELLS = """
import os, time
import pytest

@pytest.mark.parametrize("number", range(8))
def test_tells(mailweir, inbox, number):
    print(f"\\nurl={mailweir.url}\\nrun={mailweir.shared_run.facts.prefix}\\nworker={os.environ['PYTEST_XDIST_WORKER']}")
    send(mailweir, inbox.address, f"Your code is 48291{number}")
    assert inbox.wait(code=True).code == f"48291{number}"
    time.sleep(0.2)
"""
OUTLIVED = """
import os, sys, time

def test_is_killed(mailweir, inbox):
    print(f"url={mailweir.url}", flush=True)
    time.sleep(50)
"""
NO_MAIL = "def test_nothing(): pass\n"


def test_a_test_waits_for_a_code_on_a_server_that_nobody_started(project: Project) -> None:
    project.has(WAITS)
    result = project.run()
    result.assert_outcomes(passed=1)
    assert project.left() == []


def test_the_server_is_soon_ready(project: Project) -> None:
    project.has(WAITS)
    said = project.run("--durations=0", "-vv").stdout.str()
    (seconds,) = re.findall(r"^(\S+)s setup ", said, re.MULTILINE)
    print(f"the fixture was ready after {seconds} s")
    assert float(seconds) < READY_WITHIN


def test_what_a_test_needs_of_mail_is_there(project: Project) -> None:
    project.has(
        """
def test_all(mailweir, inbox):
    other = mailweir.inbox("other")
    assert other.address != inbox.address
    assert "-test-all-" in inbox.address
    assert mailweir.url.startswith("http://127.0.0.1:")
    send(mailweir, inbox.address, "Confirm", "Follow https://shop.test/verify?token=8f3a9c0d17")
    message = inbox.wait(link="verify", sender="shop@", timeout=10)
    assert message.link("verify") == "https://shop.test/verify?token=8f3a9c0d17"
    assert "Follow" in message.text and "Follow" in message.html and b"Subject: Confirm" in message.raw
    assert message.attachments == []
    inbox.assert_quiet(seconds=1)
    other.assert_quiet(seconds=0)
    assert [mail.subject for mail in inbox.messages()] == ["Confirm"]
    inbox.clear()
    assert inbox.messages() == []
"""
    )
    project.run().assert_outcomes(passed=1)


def test_who_does_not_use_it_starts_nothing(project: Project) -> None:
    project.has(
        NO_MAIL,
        "def test_wants_none(request):\n    import sys\n    assert 'http.client' not in sys.modules\n",
    )
    project.run().assert_outcomes(passed=2)
    project.has(WAITS)
    project.run("--collect-only")
    project.run("-k", "no_such_test")
    assert project.left() == []


def test_four_workers_share_one_server_and_have_a_run_each(project: Project) -> None:
    project.has(TELLS)
    result = project.run("-p", "xdist.plugin", "-n", "4", "-rP")
    result.assert_outcomes(passed=8)
    assert len(set(printed(result, "url"))) == 1
    assert len(set(printed(result, "run"))) == len(set(printed(result, "worker"))) > 1
    assert project.left() == []


def test_the_server_ends_with_a_pytest_that_is_killed(project: Project) -> None:
    project.has(OUTLIVED)
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", *project.words()], cwd=project.root, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        while not running.stdout.readline().startswith((b"url=", b"test_shop.py url=")):
            continue
        (left,) = project.left()
        keeper = int((project.temporary / left / "keeper").read_text("ascii"))
        (served,) = (pid for pid in children(keeper))
        running.kill()
    assert ended(served, 10)
    assert ended(keeper, 10)
    assert project.left() == []


def test_the_server_ends_with_its_keeper(project: Project) -> None:
    project.has(OUTLIVED)
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", *project.words()], cwd=project.root, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        while not running.stdout.readline().startswith((b"url=", b"test_shop.py url=")):
            continue
        (left,) = project.left()
        keeper = int((project.temporary / left / "keeper").read_text("ascii"))
        (served,) = children(keeper)
        os.kill(keeper, signal.SIGKILL)
        assert ended(served, 10)
        running.kill()


def test_a_server_that_is_there_is_used_and_its_run_ends_with_the_session(
    project: Project, server: Server
) -> None:
    project.has(WAITS, "def test_url(mailweir):\n    print(f'address={mailweir.inbox().address}')\n")
    project.environment.setenv("MAILWEIR_SMTP", str(server.smtp))
    for arguments, variable in (
        (["--mailweir-url", f"http://{server.http}"], ""),
        ([], f"http://{server.http}"),
    ):
        project.environment.setenv("MAILWEIR_URL", variable)
        result = project.run("-rP", *arguments)
        result.assert_outcomes(passed=2)
        (address,) = printed(result, "address")
        assert server.api.get(f"/api/addresses/{address}/wait?timeout=0").status == 410
    assert project.left() == []


def test_a_server_that_is_not_there_is_one_sentence(project: Project) -> None:
    project.has(WAITS)
    result = project.run("--mailweir-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Mailweir cannot be used: 127.0.0.1:9 does not answer: *refused*"])


def test_a_server_that_does_not_start_shows_its_log(project: Project) -> None:
    project.has(WAITS)
    broken = project.root / "broken" / "litestar"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('half installed')\n", "utf-8")
    project.environment.setenv("PYTHONPATH", str(broken.parent))
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Mailweir cannot be used: The server has ended.*", "*half installed*"])
    assert project.left() == []


def test_the_options_are_told(project: Project) -> None:
    help_ = project.run("--help").stdout.str()
    for option in (
        "--mailweir-url=URL",
        "--mailweir-artifacts=DIR",
        "mailweir_url (string)",
        "mailweir_smtp (string)",
        "mailweir_timeout (string)",
        "mailweir_artifacts (string)",
    ):
        assert option in help_
    fixtures = project.run("--fixtures").stdout.str()
    for fixture in ("mailweir [session scope]", "inbox --", "amailweir [session scope]", "ainbox --"):
        assert fixture in fixtures


def test_a_wrong_setting_is_one_sentence(project: Project) -> None:
    project.has(NO_MAIL)
    result = project.run("-o", "mailweir_timeout=soon")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*mailweir_timeout is 'soon'; write it as seconds, such as 30."])


def children(pid: int) -> list[int]:
    """The processes that a process has started, once there is one."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123
            if found := [int(child) for child in file.read().split()]:
                return found
    return []
