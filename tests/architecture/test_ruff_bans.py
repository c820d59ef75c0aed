"""What pyproject.toml bans is refused, in either spelling, with our way out in the message."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from architecture.repository import ROOT, project

BANNED: dict[str, dict[str, str]] = project()["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]


def complaints(file: Path) -> list[str]:
    """The messages of ruff about banned names in `file`."""
    result = subprocess.run(
        [
            Path(sys.executable).with_name("ruff"),
            *("check", "--config", ROOT / "pyproject.toml", "--select", "TID251"),
            *("--no-cache", "--output-format", "json", file),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return [finding["message"] for finding in found]


def spellings(name: str) -> dict[str, str]:
    parent, _, last = name.rpartition(".")
    if not parent:
        return {"import": f"import {name}\n", "from": f"from {name} import *\n"}
    module = name.split(".", 1)[0] if name.startswith("datetime.") else parent
    imported = parent if parent != module else last
    by_name = f"from {module} import {imported.removeprefix(f'{module}.')}\n"
    use = f"{imported.removeprefix(f'{module}.')}.{last}\n" if imported == parent else ""
    return {"import": f"import {module}\nprint({name})\n", "from": by_name + use}


@pytest.mark.parametrize("name", BANNED)
@pytest.mark.parametrize("spelling", ["import", "from"])
def test_a_banned_name_is_refused_with_the_way_out(tmp_path: Path, name: str, spelling: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(spellings(name)[spelling], encoding="utf-8")

    messages = complaints(planted)

    assert any(f"`{name}` is banned: {BANNED[name]['msg']}" in message for message in messages)


def test_what_is_not_banned_passes(tmp_path: Path) -> None:
    fine = tmp_path / "fine.py"
    fine.write_text("import datetime\nprint(datetime.UTC)\n", encoding="utf-8")

    assert complaints(fine) == []
