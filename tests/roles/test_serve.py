"""What `mailweir serve` does around its roles, as whole, as one process and as one role."""

import signal
from pathlib import Path

import pytest

from fakes.crews import a_crew, a_server

KINDS = ["whole", "single", "receiver"]


@pytest.mark.parametrize("kind", KINDS)
def test_ready_is_one_line_for_programs_and_text_for_people_goes_elsewhere(tmp_path: Path, kind: str) -> None:
    with a_server(kind, tmp_path) as server:
        server.wait_until_ready()
        doors = ["smtp"] if kind == "receiver" else ["smtp", "submission", "http"]
        assert list(server.doors) == ["event", *doors]
        assert all(server.pid(door) for door in doors)
        server.process.terminate()
        ended = server.end()
    assert (ended.code, ended.output) == (0, "")
    assert f"swaks --to any@thing.test --server {server.doors['smtp']}" in ended.errors
    assert "Profile local, because every door is on loopback." in ended.errors


@pytest.mark.parametrize("kind", ["single", "receiver"])
def test_a_process_that_is_one_role_drains_first_and_then_ends_at_once(tmp_path: Path, kind: str) -> None:
    with a_server(kind, tmp_path) as server:
        server.wait_until_ready()
        with server.connect("smtp", "slow") as begun, begun.makefile("rb") as answer:
            assert answer.readline()
            server.process.send_signal(signal.SIGINT)
            assert answer.read() == b"finished\n"
        assert server.end().code == 0
    with a_server(kind, tmp_path) as server:
        server.wait_until_ready()
        with server.connect("smtp", "never") as endless, endless.makefile("rb") as answer:
            assert answer.readline()
            server.process.terminate()
            server.wait_until_refused("smtp")
            server.process.terminate()
            assert server.end().code == 1


def test_sighup_reloads_a_process_that_is_one_role(tmp_path: Path) -> None:
    with a_server("single", tmp_path) as server:
        server.wait_until_ready()
        with server.connect("smtp", "reload") as talk, talk.makefile("rb") as answer:
            assert answer.readline()
            assert answer.readline() == b"waiting\n"
            server.process.send_signal(signal.SIGHUP)
            assert answer.read() == b"reloaded\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path, kind: str) -> None:
    with a_server("whole", tmp_path) as first:
        first.wait_until_ready()
        with a_server(kind, tmp_path) as second:
            code, output, errors = second.end()
        assert (code, output) == (1, "")
        assert f"in use by process {first.process.pid} " in errors
        assert first.pid("smtp")


def test_roles_on_one_machine_share_the_data_and_its_secret(tmp_path: Path) -> None:
    with a_server("receiver", tmp_path) as receiver, a_server("web", tmp_path) as web:
        receiver.wait_until_ready()
        web.wait_until_ready()
        assert receiver.pid("smtp") != web.pid("http")
        with a_crew(tmp_path, "web=door:http") as whole:
            assert "in use" in whole.end().errors


def test_digestion_in_the_foreground_gives_way_too(tmp_path: Path) -> None:
    with a_server("digest", tmp_path) as digest:
        digest.wait_until_ready()
        assert digest.doors == {"event": "ready"}
        niceness = Path(f"/proc/{digest.process.pid}/stat").read_text().rpartition(")")[2].split()[16]
        assert niceness == "19"


def test_what_was_passed_over_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILWEIR_COLOUR", "red")
    with a_server("single", tmp_path) as server:
        server.wait_until_ready()
        server.process.terminate()
        assert "MAILWEIR_COLOUR names no setting" in server.end().errors


def test_a_server_that_nobody_reads_serves_all_the_same(tmp_path: Path) -> None:
    with a_server("single", tmp_path, smtp="127.0.0.1:0") as server:
        assert server.process.stdout is not None
        assert server.process.stderr is not None
        server.process.stdout.close()
        assert b"is ready" in server.process.stderr.readline()
        server.process.terminate()
        assert server.process.wait(20) == 0
        server.process.stdout = None
