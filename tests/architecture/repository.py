"""The repository as the tests of its shape see it."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
REQUIREMENTS = ROOT / "requirements"

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", re.MULTILINE)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that is committed, or would be by `git add .`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    files = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(file for file in files if file.is_file()))


def source_files() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("*.py")))


def shown(file: Path) -> str:
    """The path of `file` as a message names it."""
    return file.relative_to(ROOT).as_posix()


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(text: str) -> dict[str, Version]:
    """Canonical name to version of each line `name==version` of a requirements file."""
    return {canonicalize_name(name): Version(version) for name, version in _PIN.findall(text)}


def pinned(name: str) -> dict[str, Version]:
    """What `requirements/<name>.txt` pins."""
    return pins((REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8"))


def unmet(wanted: list[str], available: dict[str, Version]) -> list[str]:
    """Those of the requirements `wanted` that the pins `available` do not satisfy."""
    requirements = map(Requirement, wanted)
    return [
        str(requirement)
        for requirement in requirements
        if (version := available.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(version)
    ]
