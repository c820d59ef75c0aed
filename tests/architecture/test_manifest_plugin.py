"""The manifest notices a test that is gone, and one that is skipped.

Each test runs pytest in a small project of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.repository import ROOT

PLUGINS = ROOT / "tests" / "plugins"
AVOIDED = {
    "skip": "@pytest.mark.skip(reason='later')\ndef test_x() -> None: pass\n",
    "xfail": "@pytest.mark.xfail(reason='later')\ndef test_x() -> None: assert False\n",
    "xpass": "@pytest.mark.xfail(reason='later')\ndef test_x() -> None: pass\n",
    "inside": "def test_x() -> None: pytest.skip('later')\n",
    "module": "pytest.skip('later', allow_module_level=True)\n",
}
PASSES = "def test_{n}() -> None: pass\n"


class Project:
    """A project of one suite, `tests/wire`, whose manifest says that it has two tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
        self.write("tests/conftest.py", 'pytest_plugins = ["plugins.manifest"]\n')
        self.write("tests/manifest.json", '{"tests/wire": 2}')
        self.has_tests(2)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def has_tests(self, count: int, *, and_also: str = "") -> None:
        passing = "".join(PASSES.format(n=n) for n in range(count))
        self.write("tests/wire/test_wire.py", f"import pytest\n{passing}{and_also}")

    def manifest(self) -> dict[str, int]:
        return json.loads((self.root / "tests/manifest.json").read_text(encoding="utf-8"))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of pytest."""
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(PLUGINS.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        return result.returncode, result.stdout + result.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_run_of_all_that_is_written_passes(project: Project) -> None:
    assert project.run()[0] == 0


def test_more_tests_than_written_are_welcome_and_leave_the_manifest_alone(project: Project) -> None:
    project.has_tests(3)
    assert project.run()[0] == 0
    assert project.manifest() == {"tests/wire": 2}


def test_a_test_that_is_gone_fails_the_run(project: Project) -> None:
    project.has_tests(1)
    code, output = project.run()
    assert code == 1
    assert "tests/wire: 1 tests ran, the manifest says 2" in output


def test_a_test_that_is_gone_fails_the_run_of_several_workers(project: Project) -> None:
    project.has_tests(1)
    code, output = project.run("-p", "xdist.plugin", "-n", "2")
    assert code == 1
    assert "tests/wire: 1 tests ran, the manifest says 2" in output


def test_several_workers_count_each_test_once(project: Project) -> None:
    project.write("tests/manifest.json", '{"tests/wire": 3}')
    assert project.run("-p", "xdist.plugin", "-n", "2")[0] == 1
    project.has_tests(3)
    assert project.run("-p", "xdist.plugin", "-n", "2")[0] == 0


def test_a_suite_that_is_gone_fails_the_run(project: Project) -> None:
    project.write("tests/manifest.json", '{"tests/wire": 2, "tests/flows": 1}')
    code, output = project.run()
    assert code == 1
    assert "tests/flows: 0 tests ran, the manifest says 1" in output


def test_a_suite_that_is_not_written_fails_the_run(project: Project) -> None:
    project.write("tests/flows/test_flows.py", PASSES.format(n=1))
    code, output = project.run()
    assert code == 1
    assert "tests/flows is not in the manifest" in output


def test_a_run_of_a_part_does_not_count(project: Project) -> None:
    project.has_tests(1)
    for part in (["tests/wire"], ["-k", "test_0"]):
        assert project.run(*part)[0] == 0


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["one", "two"])
def test_a_test_that_is_avoided_fails_any_run(project: Project, workers: tuple[str, ...]) -> None:
    for way, test in AVOIDED.items():
        project.write(f"tests/wire/test_{way}.py", f"import pytest\n{test}")
    code, output = project.run("tests/wire", *workers)
    complaints = output.partition("manifest =")[2]
    assert code == 1
    assert [way for way in AVOIDED if f"tests/wire/test_{way}.py" not in complaints] == []


def test_the_manifest_is_written_by_command(project: Project) -> None:
    project.has_tests(5)
    assert project.run("--collect-only", "--write-manifest")[0] == 0
    assert project.manifest() == {"tests/wire": 5}


def test_the_manifest_is_not_written_from_a_part(project: Project) -> None:
    project.has_tests(5)
    code, output = project.run("--collect-only", "--write-manifest", "tests/wire")
    assert code != 0
    assert "with every test" in output
    assert project.manifest() == {"tests/wire": 2}


def test_the_manifest_is_not_written_when_a_file_cannot_be_read(project: Project) -> None:
    project.has_tests(5, and_also="raise SystemError\n")
    assert project.run("--collect-only", "--write-manifest")[0] != 0
    assert project.manifest() == {"tests/wire": 2}
