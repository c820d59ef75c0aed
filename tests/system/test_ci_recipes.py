"""The recipes of docs/user/ci.md are run from the page, with an application that works and one that does not.

No runner and no Docker is asked: YAML is read by the names that GitHub and GitLab have, its commands are run
in their order by the shell that they use, and Testcontainers' client has a stand-in (`fakes.containers`).
What pip would install is there already.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec.yaml
import pytest

from fakes.ci_runner import Script, a_runner, on_github, on_gitlab, workflow
from fakes.documents import block
from fakes.server import COMMAND, environment

PAGE = "user/ci.md"
TESTS = Path(__file__).parents[1]
USED = {"actions/checkout@v4", "actions/setup-python@v5", "actions/upload-artifact@v4"}
SHOP = """\
#!/bin/bash
set -eu
case $1 in
  sign-up) printf 'Subject: {subject}\\n\\nWelcome\\n' | mailweir sendmail "$2" ;;
  confirm) [ "$3" = 482913 ] ;;
esac
"""
SHOP_OF_PYTHON = """\
import smtplib
def sign_up(address, smtp):
    with smtplib.SMTP(*smtp) as client:
        client.sendmail("shop@shop.test", [address], "Subject: {subject}\\n\\nWelcome\\n")
"""
SHOP_OF_NODE = """\
import {{ execFileSync }} from "node:child_process";
export async function signUp(address, {{ host, port }}) {{
  const input = "Subject: {subject}\\n\\nWelcome\\n";
  execFileSync("mailweir", ["sendmail", "--smtp", `${{host}}:${{port}}`, address], {{ input }});
}}
"""
WORKS, FAILS = "Your code is 482913", "Welcome, without one"
CLIENT = {"container": "DockerContainer", "image": "DockerImage", "wait_strategies": "HttpWaitStrategy"}


@pytest.fixture(params=[WORKS, FAILS], ids=["works", "fails"])
def subject(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def repository(tmp_path: Path, subject: str) -> Path:
    """An application with the test of the page, and what `make wheel` makes; in vain nobody waits long."""
    test = block(PAGE, "sh", "./shop sign-up")
    assert "--timeout 30" in test
    write(
        tmp_path / "tests/sign-up.sh",
        test.replace("--timeout 30", "--timeout 2") if subject == FAILS else test,
    )
    write(tmp_path / "shop", SHOP.format(subject=subject))
    (tmp_path / "shop").chmod(0o755)
    write(tmp_path / "mailweir/requirements.txt", "./mailweir-0.1.0-py3-none-any.whl\n")
    write(tmp_path / "mailweir/mailweir-0.1.0-py3-none-any.whl", "")
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(text, encoding="utf-8")


def kept(repository: Path, paths: list[str]) -> None:
    """What a failed job keeps tells what was mailed."""
    assert paths == ["mailweir.log", "messages.json"]
    assert "is ready" in (repository / "mailweir.log").read_text("utf-8")
    (one,) = json.loads((repository / "messages.json").read_bytes())
    assert (one["subject"], one["inbox"].startswith("sign-up-")) == (FAILS, True)


def test_on_github(repository: Path, subject: str) -> None:
    job = workflow(block(PAGE, "yaml", "runs-on")).jobs["mail"]
    assert {step.uses for step in job.steps if step.uses} == USED
    with a_runner(repository) as runner:
        assert on_github(job, runner) == (subject == WORKS), runner.said
    if subject == FAILS:
        kept(repository, job.steps[-1].settings["path"].split())
        assert "no code" in runner.said
        assert "is ready" in runner.said
    assert (repository / "messages.json").exists() == (subject == FAILS)


def test_on_gitlab(repository: Path, subject: str) -> None:
    jobs = msgspec.yaml.decode(block(PAGE, "yaml", "before_script"), type=dict[str, Script])
    job = jobs["mail"]
    with a_runner(repository) as runner:
        assert on_gitlab(job, runner) == (subject == WORKS), runner.said
    assert job.artifacts.when == "on_failure"
    assert "is ready" in runner.said
    if subject == FAILS:
        kept(repository, job.artifacts.paths)


@pytest.mark.timeout(120)
def test_with_testcontainers_of_python(repository: Path, subject: str) -> None:
    for module, name in CLIENT.items():
        write(
            repository / f"testcontainers/core/{module}.py",
            f"from fakes.containers import {name} as {name}\n",
        )
    write(repository / "shop.py", SHOP_OF_PYTHON.format(subject=subject))
    write(repository / "test_sign_up.py", in_vain(subject, block(PAGE, "python", "DockerContainer")))
    pytest_alone = [sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "no:cacheprovider"]
    code, said = contained(repository, *pytest_alone, "test_sign_up.py")
    log = repository / "mailweir.log"
    assert (code, log.exists()) == ((0, False) if subject == WORKS else (1, True)), said
    assert subject == WORKS or ("408" in said and "is ready" in log.read_text("utf-8"))


@pytest.mark.timeout(120)
def test_with_testcontainers_of_node(repository: Path, subject: str) -> None:
    package = repository / "node_modules/testcontainers"
    write(package / "package.json", '{"name": "testcontainers", "exports": "./containers.mjs"}')
    write(package / "containers.mjs", (TESTS / "node/containers.mjs").read_text("utf-8"))
    write(repository / "shop.mjs", SHOP_OF_NODE.format(subject=subject))
    write(repository / "sign-up.test.mjs", in_vain(subject, block(PAGE, "js", "GenericContainer")))
    code, said = contained(repository, "node", "--test", "sign-up.test.mjs")
    assert code == (0 if subject == WORKS else 1), said
    assert "is ready" in (repository / "mailweir.log").read_text("utf-8")
    assert subject == WORKS or "408" in said


def in_vain(subject: str, test: str) -> str:
    """The test; where no code will come, it waits less long."""
    assert "timeout=30" in test
    return test.replace("timeout=30", "timeout=2") if subject == FAILS else test


def contained(repository: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of a test of the application that starts its container."""
    write(repository / "mailweir/Dockerfile", block(PAGE, "dockerfile", "FROM"))
    done = subprocess.run(
        words,
        cwd=repository,
        env={
            **environment(),
            "PYTHONPATH": f"{repository}:{TESTS}",
            "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    return done.returncode, done.stdout + done.stderr
