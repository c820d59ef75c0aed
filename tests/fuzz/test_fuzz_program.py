"""`python -m fuzz` as a person uses it: it counts, it says what is wrong, and findings can be run again."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.catalogue import TARGETS
from fuzz.defects import DEFECTS
from fuzz.outcomes import Outcome, table
from fuzz.planting import plant
from fuzz.running import environment
from fuzz.workplace import ROOT, SOURCE


def fuzz(*words: str, source: Path = SOURCE) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "fuzz", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=50, check=False, env=environment(source)
    )


def test_it_counts_and_keeps_what_it_learns(tmp_path: Path) -> None:
    ended = fuzz("--seconds=2", "--only", "proxy", "query", "--kept", str(tmp_path))
    assert ended.returncode == 0, ended
    rows = {line.split()[0]: line.split() for line in ended.stdout.splitlines()}
    assert rows.keys() == {"target", "proxy", "query", "all"}
    assert int(rows["proxy"][1].replace(",", "")) > 1000
    assert int(rows["all"][3].replace(",", "")) == sum(
        len(list((tmp_path / name / "corpus").iterdir())) for name in ("proxy", "query")
    )
    assert rows["all"][-1] == "0"


def test_it_goes_on_until_there_were_so_many_executions(tmp_path: Path) -> None:
    ended = fuzz("--seconds=1", "--executions=20000", "--only", "proxy", "--kept", str(tmp_path))
    assert ended.returncode == 0, ended
    assert int(ended.stdout.splitlines()[-1].split()[1].replace(",", "")) >= 20_000


def test_a_finding_is_kept_and_fails_again_until_it_is_mended(tmp_path: Path) -> None:
    broken = tmp_path / "src"
    plant(DEFECTS["short-addresses"], broken)
    ended = fuzz("--seconds=20", "--only", "proxy", "--kept", str(tmp_path), source=broken)
    assert ended.returncode == 1, ended
    (finding,) = (tmp_path / "findings").iterdir()
    assert re.fullmatch(r"proxy-[0-9a-f]{16}", finding.name)
    assert f'make fuzz ARGS="replay {finding}"' in ended.stdout
    again = fuzz("replay", str(finding), source=broken)
    assert again.returncode == 1
    assert "struct.error" in again.stderr
    assert fuzz("replay", str(finding)).returncode == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_with_a_table(ending: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz", "--only", "proxy", "conversation", "--kept", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(SOURCE)
    ) as process:
        assert process.stderr is not None
        assert "executions; now" in process.stderr.readline()
        process.send_signal(ending)
        shown, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert [line.split()[0] for line in shown.splitlines()] == ["target", "proxy", "conversation", "all"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "mine"], f"'mine' is no target; there are {', '.join(TARGETS)}"),
        (["plant", "oak"], "'oak' is no planted defect; there are line-by-its-cut, "),
        (["--seconds", "0"], "'0' is not a number above 0"),
        (["--seconds", "nan"], "'nan' is not a number above 0"),
        (["--executions", "-1"], "'-1' is not a number above 0"),
        (["--workers", "two"], "'two' is not a number above 0"),
        (["replay", "mine-0"], "mine-0 does not begin with a target's name"),
        (["replay", "mime-0"], "mime-0 is not there"),
    ],
)
def test_it_names_what_is_wrong(words: list[str], told: str) -> None:
    ended = fuzz(*words)
    assert ended.returncode == 2
    assert told in " ".join(ended.stderr.split())


def test_help_tells_the_other_commands() -> None:
    ended = fuzz("--help")
    assert ended.returncode == 0
    assert "replay FILE" in ended.stdout
    assert "plant [NAME" in ended.stdout


def test_the_table_adds_up() -> None:
    one, other = (
        Outcome("mime", 1200, 2.0, corpus=3, slowest=0.05),
        Outcome("html", 800, 2.0, corpus=4, findings=[ROOT / "x"]),
    )
    *_, last = table([one, other]).splitlines()
    assert last.split() == ["all", "2,000", "500", "7", "50", "ms", "1"]
