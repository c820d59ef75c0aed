"""The import contracts refuse what they are there to refuse.

Each test plants one wrong import in a copy of the sources and looks for the contract that says no.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from architecture.repository import ROOT, SOURCE, project

ROOMS = "A line imports only from rooms below its own"
DOORS_IN = "One door in does not know another"
DOORS_OUT = "One technology does not see another"
ADAPTERS_SEE_PORTS = "An adapter sees ports, never a service"
PURE = "model, wire and policy touch nothing that waits"
SQLITE = "Only the SQLite adapter knows SQLite"
FRAMEWORK = "Only the web door knows the web framework"
FOR_TESTS = "What tests import of us is no part of the server"
PYTEST = "Only the plugin knows pytest"
CYCLES = "No cycles at any depth"

# What is wrong: files to plant (path below mailweir: the import in it), and the contract that refuses it.
PLANTS: dict[str, tuple[dict[str, str], str]] = {
    "wire sees model": ({"wire/planted.py": "mailweir.model.message"}, ROOMS),
    "policy sees services": ({"policy/planted.py": "mailweir.services.reading"}, ROOMS),
    "ports see adapters": ({"ports/planted.py": "mailweir.adapters.memory"}, ROOMS),
    "services see servers": ({"services/planted.py": "mailweir.servers"}, ROOMS),
    "servers see adapters": ({"servers/planted.py": "mailweir.adapters.memory"}, ROOMS),
    "a room that is not on the plan": ({"extras/__init__.py": "json"}, ROOMS),
    "model waits": ({"model/planted.py": "asyncio"}, PURE),
    "an adapter sees services": ({"adapters/planted.py": "mailweir.services.reading"}, ADAPTERS_SEE_PORTS),
    "one door in sees another": (
        {"servers/here/__init__.py": "mailweir.servers.there", "servers/there/__init__.py": "json"},
        DOORS_IN,
    ),
    "the SQLite store sees the memory store": (
        {"adapters/sqlite/planted.py": "mailweir.adapters.memory"},
        DOORS_OUT,
    ),
    "services see SQLite": ({"services/planted.py": "apsw"}, SQLITE),
    "services see the web framework": ({"services/planted.py": "litestar"}, FRAMEWORK),
    "the plugin sees the server": ({"testing/planted.py": "mailweir.roles.serve"}, FOR_TESTS),
    "roles see pytest": ({"roles/planted.py": "pytest"}, PYTEST),
    "a cycle far down": (
        {
            "policy/planted/__init__.py": "json",
            "policy/planted/deep/__init__.py": "json",
            "policy/planted/deep/one.py": "mailweir.policy.planted.deep.two",
            "policy/planted/deep/two.py": "mailweir.policy.planted.deep.one",
        },
        CYCLES,
    ),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path) -> str:
    """What lint-imports says of the sources in `house`; "" when it has nothing against them."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house / "src"), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_the_house_as_it_is_has_no_wrong_import(house: Path) -> None:
    assert lint(house) == ""


@pytest.mark.parametrize(("files", "contract"), PLANTS.values(), ids=PLANTS.keys())
def test_a_wrong_import_is_refused(house: Path, files: dict[str, str], contract: str) -> None:
    for path, module in files.items():
        planted = house / "src" / "mailweir" / path
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.write_text(f'"""Planted."""\n\nimport {module}  # noqa\n', encoding="utf-8")

    broken = [line for line in lint(house).splitlines() if line.endswith("BROKEN")]

    assert f"{contract} BROKEN" in broken


def test_every_contract_has_a_wrong_import_that_it_refuses() -> None:
    contracts: list[dict[str, Any]] = project()["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == {contract for _, contract in PLANTS.values()}
