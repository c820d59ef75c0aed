"""What a server spends meanwhile: processor time and memory, of all its processes, by their roles."""

import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes.server import descendants, proportional
from mailweir.roles.crew import ROLES

_TICK: Final = os.sysconf("SC_CLK_TCK")
_OURS: Final = "mailweir.roles."


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds by role, and octets of memory (PSS) at the end."""

    seconds: Mapping[str, float]
    pss: int


class Meter:
    """Of a process and all below it. What belongs to no role of ours counts under its program's name."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before: Counter[str] = Counter()

    def start(self) -> None:
        """From now on it counts."""
        self._before = _ticks(self._pid)

    def stop(self) -> Cost:
        """What was spent since `start`."""
        spent = _ticks(self._pid)
        spent.subtract(self._before)
        pids = [self._pid, *descendants(self._pid)]
        pss = 0
        for pid in pids:
            with contextlib.suppress(OSError):  # it ended meanwhile
                pss += proportional(pid)
        return Cost({role: ticks / _TICK for role, ticks in sorted(spent.items()) if ticks > 0}, pss)


def _ticks(pid: int, role: str = "") -> Counter[str]:
    """Of a process, of those that it has waited for, and of those below it."""
    found: Counter[str] = Counter()
    with contextlib.suppress(OSError):  # it ended meanwhile
        role = _role(pid) or role or _program(pid)
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
        found[role] += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime (proc(5))
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            found += _ticks(int(child), role)
    return found


def _role(pid: int) -> str:
    """What a process of ours is for; empty for others. What the nursery has forked has a name of its own."""
    words = [word.decode(errors="replace") for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
    module = next((word for word in words if word.startswith(_OURS)), "")
    name = module.removeprefix(_OURS)
    forked = _program(pid).partition(" ")[0]
    return forked if name == "nursery" and forked in ROLES else name


def _program(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
