"""The data directory: who may use it, and what is said to whom it is refused."""

import json
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailweir.roles import data_directory
from mailweir.roles.errors import StartError

HOLD = """
import sys
from pathlib import Path
from mailweir.roles.data_directory import take
take(Path(sys.argv[1]), alone=sys.argv[2] == "alone")
print("taken", flush=True)
sys.stdin.read()
"""


def refused(path: Path, *, alone: bool = True) -> str:
    with pytest.raises(StartError) as caught:
        data_directory.take(path, alone=alone)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_it_is_made_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data"
    data_directory.take(path, alone=True).release()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {entry.name for entry in path.iterdir()} == {"mailweir.lock", "version"}


@pytest.mark.parametrize("there", [[], ["mailweir.lock"], ["accounts.db", "intake.db"]], ids=str)
def test_one_that_a_person_made_is_closed_to_others(tmp_path: Path, there: list[str]) -> None:
    path = tmp_path / "data"
    path.mkdir(mode=0o755)
    for name in there:
        (path / name).touch()
    data_directory.take(path, alone=True).release()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_one_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "home"
    path.mkdir(mode=0o755)
    (path / "letter.txt").touch()
    assert "holds other things" in refused(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    path.chmod(0o700)
    data_directory.take(path, alone=True).release()


@contextmanager
def a_holder(path: Path, kind: str) -> Generator[int]:
    """Another process that has taken the directory; its process id."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        yield holder.pid


def test_a_second_server_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    with a_holder(tmp_path, "alone") as pid:
        for alone in (True, False):
            sentence = refused(tmp_path, alone=alone)
            assert all(part in sentence for part in (str(tmp_path), f"process {pid} (", "take", "--data"))
    data_directory.take(tmp_path, alone=True).release()


def test_roles_that_are_started_one_by_one_share_it(tmp_path: Path) -> None:
    with a_holder(tmp_path, "shared"):
        data_directory.take(tmp_path, alone=False).release()
        with a_holder(tmp_path, "shared") as second:
            assert f"process {second} " in refused(tmp_path)
    data_directory.take(tmp_path, alone=True).release()


def test_a_lock_file_that_a_dead_process_left_holds_nobody_up(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    (tmp_path / "mailweir.lock").write_text(
        json.dumps({"pid": int(ended.stdout), "command": "mailweir serve"})
    )
    data_directory.take(tmp_path, alone=True).release()


def test_the_lock_file_keeps_no_secret_of_the_command_line(tmp_path: Path) -> None:
    words = [str(tmp_path), "alone", "--secret", "hush", "--bootstrap-key=hush", "--http", "off"]
    subprocess.run([sys.executable, "-c", HOLD, *words], input=b"", check=True)
    note = json.loads((tmp_path / "mailweir.lock").read_text())
    assert "hush" not in note["command"]
    assert note["command"].endswith("--secret '***' --bootstrap-key --http off")


def test_a_directory_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("2\n")
    assert "newer Mailweir (layout 2" in refused(tmp_path)
    assert (tmp_path / "version").read_text() == "2\n"


def test_a_version_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "version").write_bytes(b"\xffone")
    assert "does not hold a number" in refused(tmp_path)


def test_a_refused_directory_is_not_left_locked(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("2\n")
    refused(tmp_path)
    (tmp_path / "version").unlink()
    data_directory.take(tmp_path, alone=True).release()


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in refused(tmp_path / "file")
    assert "cannot be made" in refused(tmp_path / "file" / "data")


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "version").mkdir()
    assert "cannot be written" in refused(tmp_path)
    assert "cannot be made" in refused(Path("/proc/mailweir-data"))


def test_the_secret_is_made_once_for_this_user_only(tmp_path: Path) -> None:
    directory = data_directory.take(tmp_path, alone=True)
    secret = directory.secret()
    assert len(secret) >= 43
    assert directory.secret() == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    directory.release()


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    directory = data_directory.take(tmp_path, alone=True)
    (tmp_path / "secret").touch()
    with pytest.raises(StartError, match="delete it"):
        directory.secret()
    directory.release()
