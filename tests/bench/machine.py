"""What a measurement was made on, for whoever reads it elsewhere."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mailweir.adapters.system import SystemClock

_GIB: Final = 1 << 30
_PACKAGES: Final = ("uvloop", "apsw", "msgspec", "litestar", "uvicorn")


def described() -> list[str]:
    """Lines of Markdown: machine, system, versions, date."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"- Date: {_today()}; commit {_commit()}",
        f"- Machine: {os.cpu_count()} processors ({_processor()}), {memory:.0f} GiB, shared with the load",
        f"- System: {platform.system()} {platform.release()}, {_distribution()}",
        f"- Python {platform.python_version()} ({platform.python_build()[0]}), {packages}",
    ]


def _today() -> str:
    now = datetime.fromtimestamp(SystemClock().now() / 1000, UTC)
    return f"{now:%Y-%m-%d}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "no name of its own"


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"
