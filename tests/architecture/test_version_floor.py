"""No locked version has a published hole that we know of, and no forbidden package is locked.

`pip-audit` cannot stand in for this: where it cannot ask its advisory service it still exits 0.
"""

import json
import re
from pathlib import Path

import pytest
from packaging.version import Version

from architecture.repository import REQUIREMENTS, ROOT, pins, tracked_files

# The first version without a known hole, and the hole.
FLOORS: dict[str, tuple[str, str]] = {
    "aiohttp": ("3.14.0", "CVE-2026-50269"),
    "aiosmtpd": ("1.4.6", "CVE-2024-34083: commands injected before STARTTLS"),
    "h11": ("0.16.0", "CVE-2025-43859: request smuggling"),
    "jinja2": ("3.1.6", "ways out of the sandbox"),
    "nh3": ("0.3.7", "fixes of the HTML cleaner"),
    "python-multipart": ("0.0.31", "CVE-2026-53540: negative length"),
    "starlette": ("1.5.1", "CVE-2026-54283 and ranges without a bound"),
    "websockets": ("17", "a size limit that cut messages short"),
}
NODE_FLOORS: dict[str, tuple[str, str]] = {
    "dompurify": ("3.4.18", "CVE-2026-41238 and followers"),
    "nodemailer": ("7.0.7", "mail sent to another domain than the one named"),
}
FORBIDDEN: dict[str, str] = {
    "advocate": "left alone; guards against internal targets by name",
    "bleach": "no more releases, not even for security: use nh3",
    "html-sanitizer": "CVE-2024-34078: normalises after cleaning",
    "lxml-html-clean": "lets vectors through: use nh3",
    "passlib": "left alone since 2020: use argon2-cffi",
}


def holes(locked: dict[str, Version], floors: dict[str, tuple[str, str]]) -> list[str]:
    """What is wrong with these versions, one sentence each."""
    below = [
        f"{name} {locked[name]} is below {floor}: {why}"
        for name, (floor, why) in floors.items()
        if name in locked and locked[name] < Version(floor)
    ]
    return below + [f"{name} is forbidden: {why}" for name, why in FORBIDDEN.items() if name in locked]


# Whose test suites are read as data, and which are never installed.
READ_ONLY = "vectors.txt"
INSTALLED = sorted(file for file in REQUIREMENTS.glob("*.txt") if file.name != READ_ONLY)


@pytest.mark.parametrize("file", INSTALLED, ids=lambda file: file.name)
def test_no_locked_python_package_has_a_known_hole(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert holes(pins(text), FLOORS) == []


def test_no_locked_node_package_has_a_known_hole() -> None:
    locks = [file for file in tracked_files() if file.name == "package-lock.json"]
    assert ROOT / "tests" / "node" / "package-lock.json" in locks
    for lock in locks:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        locked = {
            re.sub(r".*node_modules/", "", path): Version(package["version"])
            for path, package in packages.items()
            if path and re.fullmatch(r"[\d.]+", package["version"])
        }
        assert holes(locked, NODE_FLOORS) == []


def test_a_version_below_the_floor_and_a_forbidden_package_are_seen() -> None:
    locked = pins("h11==0.14.0 \\\n    --hash=sha256:00\nBleach==6.4.0\njinja2==3.1.6\n")
    assert [hole.split()[0] for hole in holes(locked, FLOORS)] == ["h11", "bleach"]
