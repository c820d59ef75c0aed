"""Which share of the memory is used: of our control group's where that has a limit, else of the machine's.

Both versions of control groups (Linux, Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst). What
the kernel can drop counts as free, since it drops that before it kills anybody.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

_GOOD_FOR: Final = 0.5  # seconds
_KIB: Final = 1024
_NO_LIMIT: Final = 1 << 60  # octets: version 1 says so much where there is none


class MachineMemory:
    """To be asked often: it looks twice a second. `now` gives seconds of a stopwatch; `root` is for tests."""

    def __init__(self, now: Callable[[], float], root: Path = Path("/")) -> None:
        self._now = now
        self._root = root
        self._looked = float("-inf")
        self._share = 0.0

    def share(self) -> float:
        """From 0 to 1; 0 where nobody can say."""
        now = self._now()
        if now - self._looked >= _GOOD_FOR:
            self._looked = now
            try:
                self._share = self._measure()
            except (OSError, ValueError, LookupError):
                self._share = 0.0
        return self._share

    def _measure(self) -> float:
        machine = self._of_machine()
        group = self._of_version_2() or self._of_version_1()
        if group is None or group[1] >= machine[1]:
            return machine[0] / machine[1]
        return group[0] / group[1]

    def _of_machine(self) -> tuple[int, int]:
        lines = (self._root / "proc/meminfo").read_text().splitlines()
        pairs = (line.partition(":") for line in lines)
        values = {name: int(rest.split()[0]) * _KIB for name, _, rest in pairs}
        return values["MemTotal"] - values["MemAvailable"], values["MemTotal"]

    def _of_version_2(self) -> tuple[int, int] | None:
        """Used and allowed, of the tightest limit above us."""
        own = self._group("0::")
        if own is None:
            return None
        tightest: tuple[int, int] | None = None
        top = self._root / "sys/fs/cgroup"
        group = top / own
        while group.is_relative_to(top):
            limit = _number(group / "memory.max")
            if limit is not None and (tightest is None or limit < tightest[1]):
                droppable = _field(group / "memory.stat", "inactive_file")
                tightest = max((_number(group / "memory.current") or 0) - droppable, 0), limit
            group = group.parent
        return tightest

    def _of_version_1(self) -> tuple[int, int] | None:
        top = self._root / "sys/fs/cgroup/memory"
        own = top / (self._group(":memory:") or "")
        group = own if own.is_dir() else top  # a container sees its own group at the top
        limit = _number(group / "memory.limit_in_bytes")
        if limit is None or limit >= _NO_LIMIT:
            return None
        used = _number(group / "memory.usage_in_bytes") or 0
        return max(used - _field(group / "memory.stat", "total_inactive_file"), 0), limit

    def _group(self, marker: str) -> str | None:
        for line in (self._root / "proc/self/cgroup").read_text().splitlines():
            if marker in line:
                return line.rpartition(":")[2].strip("/")
        return None


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None  # "max" is no limit


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)
