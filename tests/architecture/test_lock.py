"""The lock covers the project: what it names is pinned, once, by hash, to a version that it allows."""

import re
from pathlib import Path

import pytest

from architecture.repository import REQUIREMENTS, pinned, pins, project, unmet

LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}( \\)?")


def unhashed(text: str) -> list[str]:
    """The pins of a requirements file that no hash follows."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if not line.startswith(" ") and not _HASH.fullmatch(following.strip())
    ]


def test_everything_that_the_product_needs_is_pinned_for_running() -> None:
    assert unmet(project()["project"]["dependencies"], pinned("run")) == []


def test_everything_that_developers_need_is_pinned_for_development() -> None:
    wanted = project()["project"]["dependencies"] + project()["dependency-groups"]["dev"]
    assert unmet(wanted, pinned("dev")) == []


def test_everything_that_a_build_needs_is_pinned_for_building() -> None:
    wanted = (REQUIREMENTS / "build.in").read_text(encoding="utf-8").split()
    assert unmet(project()["build-system"]["requires"] + wanted, pinned("build")) == []


def test_developers_run_the_versions_that_users_run() -> None:
    dev = pinned("dev")
    assert {name: dev.get(name) for name in pinned("run")} == pinned("run")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert pins(text)
    assert unhashed(text) == []


def test_a_pin_without_a_hash_is_seen() -> None:
    hashed = "h11==0.16.0 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via uvicorn\n"
    assert unhashed(hashed) == []
    assert unhashed(hashed + "idna==3.20\n" + hashed) == ["idna==3.20"]
