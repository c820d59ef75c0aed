"""What the real roles are forked from: it has to be as good as new for whoever comes next."""

import os
import signal
from pathlib import Path

from bench.wire import Wire
from fakes.server import PATIENCE, a_server, ended
from mailweir.roles.crew import ROLES


def test_what_roles_import_leaves_no_thread_and_no_file_open(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        assert set(server.children()) == set(ROLES)
        (nursery,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        opened = [str(one.readlink()) for one in Path(f"/proc/{nursery}/fd").iterdir()]
        assert len(opened) == 3, opened  # its socket, and standard output and error
        assert len(list(Path(f"/proc/{nursery}/task").iterdir())) == 1


def test_after_the_nursery_was_killed_mail_comes_in_and_is_read(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as server:
        (nursery,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        before = list(server.children().values())
        os.kill(int(nursery), signal.SIGKILL)
        assert all(ended(pid, PATIENCE) for pid in before)
        with Wire(server.smtp) as wire:
            wire.send()
        assert server.api.get("/livez").status == 200
        assert server.stop() == 0
