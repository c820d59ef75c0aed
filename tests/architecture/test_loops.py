"""Tests run on the loop that was asked for, and those of what listens run on both."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop

from architecture.repository import ROOT

PROBE = """\
import asyncio
async def test_probe() -> None:
    print(f"ran on {type(asyncio.get_running_loop()).__module__}")
"""


async def test_an_asynchronous_test_runs_on_the_chosen_loop(pytestconfig: pytest.Config) -> None:
    on_uvloop = isinstance(asyncio.get_running_loop(), uvloop.Loop)
    assert on_uvloop == (pytestconfig.getoption("--loop") != "asyncio")


def test_a_test_of_a_server_runs_on_both_loops(tmp_path: Path) -> None:
    for name in ("servers/web/test_live", "servers/web/test_api_x", "wire/test_wire"):
        file = tmp_path / "tests" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PROBE, "utf-8")
    conftest = (ROOT / "tests" / "conftest.py").read_text("utf-8")
    (tmp_path / "tests" / "conftest.py").write_text(conftest, "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.pytest.ini_options]\nasyncio_mode = "auto"\npythonpath = ["{ROOT / "tests"}"]\n', "utf-8"
    )

    probed = subprocess.run(
        [sys.executable, "-m", "pytest", "-rP", "tests/servers", "tests/wire"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout

    assert probed.count("ran on uvloop") == 3
    assert probed.count("ran on asyncio") == 1
