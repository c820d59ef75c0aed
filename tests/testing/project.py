"""A project of somebody else, whose tests wait for mail: real pytest, and a real server that it starts."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

SENDS: Final = """
import smtplib

def send(mailweir, to, subject, text="Hello."):
    with smtplib.SMTP(*mailweir.smtp) as client:
        client.sendmail("shop@shop.test", [to], f"Subject: {subject}\\r\\n\\r\\n{text}\\r\\n")

"""
"""How the application of such a project sends its mail."""

_PATIENCE: Final = 50.0  # seconds for a run of pytest


class Project:
    """`temporary`: where its server lies while it runs, so that what is left behind can be seen."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = pytester.path
        self.temporary = pytester.mkdir("temporary")
        self._pytester = pytester
        self.environment = monkeypatch
        for name in [name for name in os.environ if name.startswith(("MAILWEIR_", "PYTEST_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("TMPDIR", str(self.temporary))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def has(self, *tests: str, sends: str = SENDS) -> None:
        """Writes down its tests."""
        self._pytester.makepyfile(test_shop="\n".join([sends, *tests]))

    def words(self, *arguments: str) -> Sequence[str]:
        """What such a run is given."""
        return ("-p", "mailweir.testing.plugin", "-p", "no:cacheprovider", *arguments)

    def run(self, *arguments: str) -> pytest.RunResult:
        """Runs pytest as a process of its own."""
        return self._pytester.runpytest_subprocess(*self.words(*arguments), timeout=_PATIENCE)

    def left(self) -> Sequence[str]:
        """What is in the temporary directory, but for pytest's own."""
        return [file.name for file in self.temporary.iterdir() if file.name.startswith("mailweir-")]


def printed(result: pytest.RunResult, name: str) -> Sequence[str]:
    """The values that tests have printed under that name."""
    return re.findall(rf"^{name}=(\S+)", result.stdout.str(), re.MULTILINE)


def files(directory: Path) -> Sequence[str]:
    """All files below, by their paths from there."""
    return sorted(str(file.relative_to(directory)) for file in directory.rglob("*") if file.is_file())
