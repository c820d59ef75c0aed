"""What the pages for testers show is what happens: their own text is run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.documents import block
from fakes.server import Server
from testing.project import Project

ROOT = Path(__file__).parents[2]
QUICK, FLAKY = "user/quickstart.md", "user/flaky-mail.md"


def shell(commands: str, directory: Path, server: Server) -> str:
    """What these commands of a shell print, with that server in the place of one on the usual ports."""
    http, smtp = str(server.http), str(server.smtp)
    ended = subprocess.run(
        ["bash", "-euc", commands.replace("127.0.0.1:8025", http)],
        cwd=directory,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "MAILWEIR_URL": f"http://{http}",
            "MAILWEIR_SMTP": smtp,
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=50,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_quick_start_is_as_quick_as_it_says(tmp_path: Path, server: Server) -> None:
    assert shell(block(QUICK, "sh", "sendmail"), tmp_path, server) == "482913\n"
    assert '"value":"482913"' in shell(block(QUICK, "sh", "curl"), tmp_path, server)
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "mailweir").symlink_to(ROOT / "clients/js")
    (tmp_path / "wait.mjs").write_text(block(QUICK, "js", "new Mailweir()"), "utf-8")
    assert shell("node wait.mjs", tmp_path, server) == "482913\n"


def test_its_server_starts_by_the_words_of_the_page() -> None:
    words = block(QUICK, "sh", "serve").split()
    assert shutil.which(words[0], path=str(Path(sys.executable).parent))
    assert words[1:] == ["serve", "--single", "--data", "/tmp/mail", "&"]  # noqa: S108  as the page has it


def test_its_test_passes(project: Project) -> None:
    project.has(sends=block(QUICK, "python", "def test_sign_up("))
    project.run().assert_outcomes(passed=1)


@pytest.mark.timeout(120)
def test_every_cure_for_flaky_tests_is_one(project: Project) -> None:
    text = (ROOT / "docs" / FLAKY).read_text("utf-8")
    first, *cures = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(cures) == len(re.findall("^## ", text, re.MULTILINE))
    project.has(*cures, sends=first)
    project.run().assert_outcomes(passed=len(cures))
