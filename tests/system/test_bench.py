"""The bench tells what it found, and says which figures miss their bars."""

import subprocess
import sys
from pathlib import Path
from socket import create_connection

import pytest

from bench import steady
from bench.curves import Curve
from bench.matrix import SINK, US, Found
from bench.reports import Report, by_series
from bench.settling import held_up
from bench.soak import slope
from bench.steady import Stream
from fakes.server import a_server
from load.plan import Plan
from load.running import run


def a_report() -> Report:
    report = Report()
    report.section("Ingest", "How fast.")
    report.command("python -m load HOST:PORT")
    report.at_least("rate", 1234.5, 1000)
    report.at_most("time, ms", 7.25, 5)
    report.table(["", "ours", "theirs"], [["1 KB", "10", "9"]])
    report.curve(
        "bench-test", Curve("Rates", "connections", "messages/s", by_series({("a", 2): 4, ("a", 1): 3}))
    )
    return report


def test_the_document_has_each_figure_below_its_command_and_beside_its_bar(tmp_path: Path) -> None:
    text = a_report().write(tmp_path, ["# Benchmarks", ""]).read_text("utf-8")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[:9] == [
        *("# Benchmarks", "", "## Ingest", "", "How fast.", ""),
        *("```text", "$ python -m load HOST:PORT", "rate 1,234 (bar: at least 1,000)"),
    ]
    assert "time, ms 7.25 (bar: at most 5, MISSED)" in lines
    assert lines.index("| 1 KB | 10 | 9 |") == lines.index("| | ours | theirs |") + 2
    assert "![Rates](images/bench-test.svg)" in lines
    assert text.count("```") % 2 == 0


def test_what_misses_its_bar_is_named() -> None:
    assert a_report().missed == ["time, ms: 7.25, bar: at most 5"]


def test_the_same_figures_give_the_same_picture(tmp_path: Path) -> None:
    pictures: list[bytes] = []
    for name in ("one", "two"):
        a_report().write(tmp_path / name, [])
        pictures.append((tmp_path / name / "images/bench-test.svg").read_bytes())
    assert pictures[0] == pictures[1]
    assert b"messages/s" in pictures[0]


def test_a_ratio_is_that_of_the_best_rounds() -> None:
    found = Found()
    for ours, theirs in ((40.0, 90.0), (50.0, 100.0), (45.0, 80.0)):
        found.add(US, ours)
        found.add(SINK, theirs)
    assert found.ratio() == 0.5


def test_a_server_that_is_held_up_for_a_turn_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        before = server.children()
        with held_up(server), create_connection(server.smtp, 1) as connection, pytest.raises(TimeoutError):
            connection.recv(1)  # the kernel took the connection; nobody greets
        assert run(server.smtp, Plan(connections=2, messages=20, seconds=20)).acknowledged == 20
        assert server.children() == before


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench", *words]
    here = Path(__file__).parents[1]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=here)


def test_a_part_by_itself_prints_its_figures_and_writes_nothing_down() -> None:
    before = (Path(__file__).parents[2] / "docs/benchmarks.md").stat().st_mtime_ns
    ended = bench("--only=codes")
    assert ended.returncode == 0, ended
    assert "first right, %" in ended.stdout
    assert (Path(__file__).parents[2] / "docs/benchmarks.md").stat().st_mtime_ns == before


@pytest.mark.parametrize("words", [["--only=nothing"], ["--against=here"]])
def test_wrong_use_is_named(words: list[str]) -> None:
    ended = bench(*words)
    assert ended.returncode == 2
    assert "error: " in ended.stderr


def test_a_slope_is_that_of_the_line_through_all_points() -> None:
    assert slope([1.0, 1.5, 2.0, 2.5]) == pytest.approx(0.5)
    assert slope([3.0, 5.0, 3.0, 5.0, 3.0]) == pytest.approx(0.0)


def test_a_stream_is_looked_at_minute_by_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "MINUTE", 1.0)
    with a_server(tmp_path / "data") as server:
        minutes = steady.watch(server, Stream(rate=40, reads=20, seconds=2.6, sockets=2))
    assert len(minutes) == 2
    assert sum(len(minute.waits) for minute in minutes) in range(40, 105)
    assert sum(len(minute.reads) for minute in minutes) in range(10, 55)
    for minute in minutes:
        assert minute.waits
        assert minute.reads
        assert minute.frames > 0
        assert minute.pss > 20 * 1024 * 1024
        assert minute.descriptors > 30
        assert minute.disk > 100 * 1024
