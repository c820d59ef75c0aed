"""Where uvloop cannot be had, everything works on asyncio's own event loop."""

from pathlib import Path

import pytest

from fakes.installed import first_mail
from fakes.server import Program, Server, a_server, descendants, environment

MODES = [(), ("--single",)]
IDS = ["processes", "single"]


def on_uvloop(server: Server) -> list[int]:
    """The processes of that server which have loaded uvloop."""
    everyone = [server.pid, *descendants(server.pid)]
    return [pid for pid in everyone if "/uvloop/loop." in Path(f"/proc/{pid}/maps").read_text("utf-8")]


def without_uvloop(directory: Path) -> Program:
    """Ours, in an environment in which uvloop cannot be imported."""
    (directory / "uvloop.py").write_text("raise ImportError\n", "utf-8")
    return Program(variables={**environment(), "PYTHONPATH": str(directory)})


@pytest.mark.parametrize("flags", MODES, ids=IDS)
def test_a_server_without_uvloop_takes_mail_and_shows_it(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with a_server(tmp_path / "data", *flags, program=without_uvloop(tmp_path)) as server:
        first_mail(server, "any@thing.test")
        assert on_uvloop(server) == []
        assert server.stop() == 0


@pytest.mark.parametrize("flags", MODES, ids=IDS)
def test_with_uvloop_it_is_used(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with a_server(tmp_path / "data", *flags) as server:
        assert on_uvloop(server) != []
