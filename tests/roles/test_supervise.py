"""The supervisor, with real processes: what it starts again, what it gives up, and how it ends."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from fakes.crews import PATIENCE, a_crew, wait_for_end


def test_a_killed_child_is_started_again_and_no_waiting_client_is_reset(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        first, other = crew.pid("smtp"), crew.pid("http")
        os.kill(first, signal.SIGKILL)
        assert wait_for_end(first, PATIENCE)
        waiting = [crew.connect("smtp", "") for _ in range(20)]  # nobody is there to accept them
        for talk in waiting:
            with talk, talk.makefile("rb") as answer:
                assert int(answer.readline()) not in {first, other}
        assert crew.pid("http") == other


def test_several_children_share_a_door_and_each_holds_only_its_own(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp*2", "web=door:http") as crew:
        crew.wait_until_ready()
        listening = {door: listening_sockets(crew.pid(door)) for door in ("smtp", "http")}
        assert listening["smtp"].isdisjoint(listening["http"])
        assert all(len(inodes) == 1 for inodes in listening.values())
        first = crew.pid("smtp")
        os.kill(first, signal.SIGSTOP)
        assert crew.pid("smtp") != first


def listening_sockets(pid: int) -> set[str]:
    """The inodes of the listening TCP sockets that this process holds."""
    state, listen, inode = 3, "0A", 9
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    held = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    return {row[inode] for row in rows if row[state] == listen and f"socket:[{row[inode]}]" in held}


def test_the_ready_line_comes_once(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp") as crew:
        crew.wait_until_ready()
        os.kill(crew.pid("smtp"), signal.SIGKILL)
        assert crew.pid("smtp")
        crew.process.terminate()
        assert crew.end().output == ""


def test_a_role_that_is_refused_a_setting_ends_the_server_at_once(tmp_path: Path) -> None:
    with a_crew(tmp_path, "web=door:http", "digest=refuses_its_settings") as crew:
        code, _, errors = crew.end()
    assert code == 1
    assert "Role digest was refused a setting" in errors.splitlines()[-1]
    assert "started again" not in errors


def test_children_end_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        pids = [crew.pid("smtp"), crew.pid("http")]
        held_up = crew.connect("http", "block")
        assert held_up.recv(99)
        crew.process.kill()
        ends = time.monotonic() + 1
        assert all(wait_for_end(pid, ends - time.monotonic()) for pid in pids)
        held_up.close()


def test_a_successor_of_a_killed_supervisor_starts_at_once(tmp_path: Path) -> None:
    for _ in range(3):
        with a_crew(tmp_path, "receiver=door:smtp") as crew:
            crew.wait_until_ready()
            crew.process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_signal_drains_and_exits_0(tmp_path: Path, number: int) -> None:
    with a_crew(tmp_path, "receiver=door:smtp*2", "web=door:http") as crew:
        crew.wait_until_ready()
        with crew.connect("smtp", "slow") as begun, begun.makefile("rb") as answer:
            assert answer.readline()
            crew.process.send_signal(number)
            assert answer.read() == b"finished\n"
        assert crew.end().code == 0
        with pytest.raises(ConnectionRefusedError):
            crew.connect("smtp")


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with a_crew(tmp_path, "web=door:http") as crew:
        crew.wait_until_ready()
        with crew.connect("http", "never") as endless:
            pid = int(endless.recv(99))
            crew.process.terminate()
            crew.wait_until_refused("http")
            assert crew.process.poll() is None
            crew.process.terminate()
            assert crew.end().code == 1
            assert wait_for_end(pid, 1)


def test_a_server_that_was_told_to_stop_while_it_starts_stops(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=is_never_ready:smtp*2") as crew:
        assert crew.process.stderr is not None
        assert crew.process.stderr.readline() == b"starting\n"
        crew.process.terminate()
        assert crew.end()[:2] == (0, "")


def test_sighup_reaches_every_child_and_ends_none(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        with ExitStack() as opened:
            talks = [opened.enter_context(crew.connect(door, "reload")) for door in ("smtp", "http")]
            answers = [opened.enter_context(talk.makefile("rb")) for talk in talks]
            pids = [int(answer.readline()) for answer in answers]
            assert [answer.readline() for answer in answers] == [b"waiting\n"] * 2
            crew.process.send_signal(signal.SIGHUP)
            assert [answer.read() for answer in answers] == [b"reloaded\n"] * 2
        assert [crew.pid("smtp"), crew.pid("http")] == pids


def test_a_child_that_asks_for_a_fresh_process_gets_one(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp") as crew:
        crew.wait_until_ready()
        first = int(crew.ask("smtp", "fresh")[0])
        assert crew.pid("smtp") != first


def test_an_ended_child_leaves_no_zombie(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp") as crew:
        crew.wait_until_ready()
        first = int(crew.ask("smtp", "crash")[0])
        assert crew.pid("smtp") != first
        assert not Path(f"/proc/{first}").exists()


def test_no_secret_stands_where_others_can_read_it(tmp_path: Path) -> None:
    with a_crew(tmp_path, "web=door:http") as crew:
        crew.wait_until_ready()
        pid = crew.pid("http")
        places = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
        assert not any(b"not for others" in place or b"MAILWEIR_" in place for place in places)
        assert "not for others" in crew.ask("http", "look")[1]


def test_digestion_gives_way_to_everyone(tmp_path: Path) -> None:
    with a_crew(tmp_path, "digest=door:http") as crew:
        crew.wait_until_ready()
        assert crew.ask("http", "niceness")[1] == "19"


def test_what_a_child_prints_is_not_taken_for_the_ready_line(tmp_path: Path) -> None:
    with a_crew(tmp_path, "web=prints:http") as crew:
        crew.wait_until_ready()
        assert crew.doors["event"] == "ready"
        crew.process.terminate()
        assert "a library's greeting" in crew.end().errors


def test_children_that_ended_with_their_nursery_are_started_again(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        nursery, first = crew.nursery(), [crew.pid("smtp"), crew.pid("http")]
        os.kill(nursery, signal.SIGKILL)
        assert all(wait_for_end(pid, PATIENCE) for pid in first)
        assert not {crew.pid("smtp"), crew.pid("http")} & set(first)
        assert crew.nursery() != nursery
        crew.process.terminate()
        assert crew.end()[:2] == (0, "")


def test_a_nursery_that_is_asked_to_end_leaves_children_their_drain(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        with crew.connect("smtp", "slow") as begun, begun.makefile("rb") as answer:
            assert answer.readline()
            os.kill(crew.nursery(), signal.SIGTERM)  # as one does who asks all processes of a unit
            crew.process.terminate()
            assert answer.read() == b"finished\n"
        assert crew.end()[:2] == (0, "")


def test_a_child_is_called_by_its_place(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp*12", "web=door:http") as crew:
        crew.wait_until_ready()
        names = {Path(f"/proc/{pid}/comm").read_text() for pid in (crew.pid("smtp"), crew.pid("http"))}
        assert {name.partition(" ")[0].strip() for name in names} == {"receiver", "web"}


def test_a_role_that_cannot_be_imported_takes_nobody_along(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=is_not_there:http") as crew:
        assert crew.process.stderr is not None
        line = crew.process.stderr.readline()
        assert b"role failed" in line
        assert b"is_not_there" in line
        crew.process.terminate()
        assert crew.end()[:2] == (0, "")


def test_a_child_starts_with_nothing_of_the_others_open(tmp_path: Path) -> None:
    with a_crew(tmp_path, "receiver=door:smtp", "web=door:http") as crew:
        crew.wait_until_ready()
        os.kill(crew.pid("smtp"), signal.SIGKILL)
        crew.pid("smtp")
        opened = [str(one.readlink()) for one in Path(f"/proc/{crew.nursery()}/fd").iterdir()]
        assert len(opened) == 3  # its socket, and standard output and error
        assert len(list(Path(f"/proc/{crew.nursery()}/task").iterdir())) == 1
