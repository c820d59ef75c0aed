"""What the plugin costs everybody who has it installed, whether they use it or not."""

import subprocess
import sys

LIMIT = 300.0  # ms: ten times what is promised
MEASURES = """
import sys, time
import pytest
before, begun = set(sys.modules), time.process_time()
import mailweir.testing.plugin
print((time.process_time() - begun) * 1000)
print(*sorted(set(sys.modules) - before))
"""


def measured() -> tuple[float, list[str]]:
    """Milliseconds of processor time, and what was imported beside pytest."""
    ended = subprocess.run(
        [sys.executable, "-c", MEASURES], capture_output=True, text=True, check=True, timeout=50
    )
    spent, modules = ended.stdout.splitlines()
    return float(spent), modules.split()


def test_every_start_of_pytest_pays_little_for_it() -> None:
    least = min(measured()[0] for _ in range(3))
    print(f"the plugin takes {least:.1f} ms to import")
    assert least < LIMIT


def test_nothing_of_the_server_is_imported_nor_what_takes_long() -> None:
    modules = measured()[1]
    ours = {name for name in modules if name.split(".")[0] == "mailweir"}
    assert {name for name in ours if not name.startswith("mailweir.testing")} == {"mailweir"}
    heavy = ("asyncio", "ssl", "http", "ctypes", "msgspec", "litestar", "cyclopts")
    assert [name for name in modules if name.split(".")[0] in heavy] == []
