"""Projects of others, and a server of ours for clients that are given one."""

from collections.abc import Generator
from pathlib import Path

import pytest

from fakes.server import Server, a_server
from testing.project import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    with a_server(tmp_path / "data", "--single") as server:
        yield server
