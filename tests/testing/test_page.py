"""What docs/user/pytest.md shows is what happens: its own text is run."""

import os
import re
import subprocess
import sys
from pathlib import Path

from fakes.documents import block
from fakes.server import Server
from testing.project import Project

PAGE = "user/pytest.md"
START = block(PAGE, "python", "def test_sign_up(")
CONFIRM = """
def confirm(mail_server, address):
    with smtplib.SMTP(*mail_server) as client:
        text = "Welcome. Confirm at https://shop.test/verify?token=8f3a9c0d17\\n"
        client.sendmail("shop@shop.test", [address], f"Subject: Please confirm\\n\\n{text}")
"""


def test_the_first_test_passes_by_the_command_that_is_told(project: Project) -> None:
    project.has(sends=START)
    said = typed(block(PAGE, "sh", "pytest"), project.root, PYTEST_ADDOPTS="-p mailweir.testing.plugin")
    assert "1 passed" in said


def test_settings_are_there_before_a_test_begins(project: Project) -> None:
    project.has(
        block(PAGE, "python", "def mail_settings("),
        "import os\n",
        "def test_settings(mailweir):",
        "    assert os.environ['SMTP_HOST'] == mailweir.smtp.host == '127.0.0.1'",
        "    assert os.environ['SMTP_PORT'] == str(mailweir.smtp.port)",
    )
    project.run().assert_outcomes(passed=1)


def test_a_message_is_as_the_page_says(project: Project) -> None:
    project.has(CONFIRM, block(PAGE, "python", "def test_mail("))
    project.run().assert_outcomes(passed=1)


def test_the_same_is_awaited(project: Project) -> None:
    project.has(block(PAGE, "python", "async def test_sign_up_on_a_loop("), sends=START)
    project.run("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto").assert_outcomes(passed=2)


def test_a_failure_reads_as_the_page_says(project: Project) -> None:
    project.has(
        "def test_code(mailweir, inbox):",
        "    send(mailweir, inbox.address, 'Welcome')",
        "    inbox.wait(code=True)",
    )
    shown = block(PAGE, "text", "MailNotFoundError").replace("30 s.", "1 s.").replace("…", "*")
    result = project.run("-o", "mailweir_timeout=1")
    result.stdout.fnmatch_lines(re.sub(r"\d\d:\d\d:\d\d", "??:??:??", shown).splitlines())


def test_without_pytest_the_clients_are_at_hand(project: Project, server: Server) -> None:
    text = block(PAGE, "python", "with mailweir.run(")
    script = text.replace("127.0.0.1:8025", str(server.http)).replace("127.0.0.1:1025", str(server.smtp))
    (project.root / "script.py").write_text(f"{START}\n{script}", "utf-8")
    assert typed(f"{sys.executable} script.py", project.root) == "482913\n"


def typed(commands: str, directory: Path, **more: str) -> str:
    """What these commands of a shell print there."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-euc", commands],
        cwd=directory,
        env={**os.environ, "PATH": path, **more},
        capture_output=True,
        check=False,
        text=True,
        timeout=50,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
