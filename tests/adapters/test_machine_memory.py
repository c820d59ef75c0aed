"""The share of memory in use: of the machine, and of control groups of both versions."""

from pathlib import Path

import pytest

from mailweir.adapters.machine_memory import MachineMemory

MIB = 1024 * 1024


class Stopwatch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine of 1,000 kB of which 400 are used, without control groups."""
    write(tmp_path, "proc/meminfo", "MemTotal:    1000 kB\nMemFree:  1 kB\nMemAvailable:   600 kB\n")
    write(tmp_path, "proc/self/cgroup", "0::/\n")
    return tmp_path


def share(root: Path) -> float:
    return MachineMemory(lambda: 0.0, root).share()


def test_without_a_limit_it_is_the_machines(root: Path) -> None:
    assert share(root) == pytest.approx(0.4)


def test_the_tightest_limit_of_version_2_counts_without_what_can_be_dropped(root: Path) -> None:
    write(root, "proc/self/cgroup", "0::/system.slice/mailweir.service\n")
    write(root, "sys/fs/cgroup/system.slice/memory.max", f"{400 * 1024}\n")
    write(root, "sys/fs/cgroup/system.slice/memory.current", f"{300 * 1024}\n")
    write(root, "sys/fs/cgroup/system.slice/memory.stat", f"anon 1\ninactive_file {100 * 1024}\n")
    write(root, "sys/fs/cgroup/system.slice/mailweir.service/memory.max", "max\n")
    assert share(root) == pytest.approx(0.5)


def test_a_limit_of_version_1_counts(root: Path) -> None:
    write(root, "proc/self/cgroup", "4:memory:/docker/abc\n0::/\n")
    write(root, "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", f"{200 * 1024}\n")
    write(root, "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", f"{180 * 1024}\n")
    write(root, "sys/fs/cgroup/memory/docker/abc/memory.stat", f"cache 1\ntotal_inactive_file {30 * 1024}\n")
    assert share(root) == pytest.approx(0.75)


@pytest.mark.parametrize("limit", ["9223372036854771712", str(2_000 * MIB)])
def test_a_limit_that_is_none_or_beyond_the_machine_does_not(root: Path, limit: str) -> None:
    write(root, "proc/self/cgroup", "4:memory:/a\n")
    write(root, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", limit)
    write(root, "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1")
    assert share(root) == pytest.approx(0.4)


@pytest.mark.parametrize("text", ["", "MemTotal: x kB\n", "nothing"])
def test_where_nothing_can_be_read_nothing_is_known(root: Path, text: str) -> None:
    write(root, "proc/meminfo", text)
    assert share(root) == 0.0


def test_it_looks_twice_a_second(root: Path) -> None:
    stopwatch = Stopwatch()
    memory = MachineMemory(stopwatch, root)
    assert memory.share() == pytest.approx(0.4)
    write(root, "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 100 kB\n")
    stopwatch.now = 0.499
    assert memory.share() == pytest.approx(0.4)
    stopwatch.now = 0.5
    assert memory.share() == pytest.approx(0.9)


def test_this_machine_answers() -> None:
    assert 0.0 < MachineMemory(lambda: 0.0).share() < 1.0
