"""What is wrong at the start is one sentence that says what to do, and exit code 1 or 2."""

import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from fakes.commands import mailweir
from fakes.server import FREE, PATIENCE, Server, a_server


def _free(flags: tuple[str, ...]) -> list[str]:
    """Every door on a free port, but for those that the flags name."""
    named = {flag.partition("=")[0] for flag in flags}
    return [flag for flag in FREE if flag.partition("=")[0] not in named]


def refused(*flags: str, data: Path) -> tuple[int, str]:
    """Exit code and the one sentence on standard error of a server that does not start."""
    ended = mailweir("serve", f"--data={data}", *_free(flags), *flags, within=PATIENCE)
    assert ended.stdout == ""
    said = ended.stderr
    assert said.startswith("mailweir: ")
    assert said.count("\n") == 1, said
    assert said.endswith(".\n"), said
    return ended.returncode, said


@pytest.mark.parametrize("flags", [(), ("--single",), ("--role=receiver",)], ids=["whole", "single", "role"])
def test_a_data_directory_that_is_in_use_names_its_holder(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with a_server(tmp_path / "data") as first:
        code, said = refused(*flags, data=first.data)
        assert code == 1
        assert f"in use by process {first.pid} (" in said
        assert "--data" in said
        first.api.wait_until_ready(PATIENCE)


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", encoding="ascii")
    code, said = refused(data=tmp_path / "data")
    assert (code, "is a file" in said, "--data" in said) == (1, True, True)


def test_a_data_directory_that_cannot_be_made_is_refused() -> None:
    # Not even root can make a directory here, while it could in one without the right to write.
    code, said = refused(data=Path("/proc/mailweir"))
    assert (code, "/proc/mailweir cannot be made" in said, "--data" in said) == (1, True, True)


@pytest.mark.parametrize("name", ["mailweir.lock", "version", "intake.db", "secret", "tls-key.pem"])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "data" / name).mkdir(parents=True)
    code, said = refused(data=tmp_path / "data")
    assert code == 1
    assert str(tmp_path / "data") in said


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["whole", "single"])
def test_a_data_directory_from_a_newer_version_is_not_touched(tmp_path: Path, flags: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "version").write_text("999\n", encoding="ascii")
    code, said = refused(*flags, data=data)
    assert (code, "newer Mailweir" in said) == (1, True)
    assert {one.name for one in data.iterdir()} <= {"version", "mailweir.lock"}


@pytest.mark.parametrize("door", ["smtp", "submission", "http"])
def test_a_port_in_use_is_named(tmp_path: Path, door: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = refused(f"--{door}={where}", data=tmp_path / "data")
    assert (code, where in said, f"--{door}" in said) == (1, True, True)


@pytest.mark.parametrize("flags", [(), ("--single",)], ids=["whole", "single"])
def test_a_certificate_that_does_not_parse_is_named(tmp_path: Path, flags: tuple[str, ...]) -> None:
    (tmp_path / "broken.pem").write_text("no certificate", encoding="ascii")
    pair = [f"--tls-certificate={tmp_path}/broken.pem", f"--tls-key={tmp_path}/broken.pem"]
    code, said = refused(*flags, *pair, data=tmp_path / "data")
    assert code in {1, 2}
    assert f"{tmp_path}/broken.pem" in said
    assert "PEM" in said


@pytest.mark.parametrize(
    ("flag", "said_of_it"),
    [
        ("--smpt=127.0.0.1:0", "--smtp"),
        ("--smtp=nowhere", "nowhere"),
        ("--message-size-limit=much", "much"),
        ("--line-ends-public=loose", "lenient"),
        ("--receivers=0", "receivers"),
        ("--role=postman", "receiver"),
        ("--config=/nonexistent/settings.toml", "/nonexistent/settings.toml"),
    ],
)
def test_a_wrong_flag_says_what_is_allowed(tmp_path: Path, flag: str, said_of_it: str) -> None:
    code, said = refused(flag, data=tmp_path / "data")
    assert (code, said_of_it in said) == (2, True), said
    assert not (tmp_path / "data").exists()


def test_after_a_kill_the_next_server_starts_at_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    try:
        server.start()
        server.signal(signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
        server.start()
        server.api.wait_until_ready(PATIENCE)
    finally:
        server.kill()
