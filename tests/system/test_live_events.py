"""Events over restarts, at a size for every day; `python -m incidents` plays the same in full."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes.server import a_server
from incidents.events import events_under_restarts

PAGE = Path(__file__).parents[2] / "docs/user/live.md"


@pytest.mark.timeout(180)
async def test_every_socket_hears_of_every_message_once_and_in_order_over_restarts(tmp_path: Path) -> None:
    outcome = await events_under_restarts(
        tmp_path / "data", messages=400, sockets=20, pause=(0.2, 0.8), seed=3
    )
    assert outcome.acknowledged == 400
    assert outcome.restarts >= 1
    assert (outcome.missing, outcome.twice, outcome.disordered) == (0, 0, 0)


def test_the_example_of_the_page_prints_the_code(tmp_path: Path) -> None:
    example = PAGE.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    with a_server(tmp_path / "data") as server:
        program = example.replace("127.0.0.1:8025", str(server.http))
        assert str(server.http) in program
        mail = b"Subject: Welcome\r\n\r\nYour verification code is 482913.\r\n"
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for _ in range(200):  # until it listens
                server.api.drop("bob@thing.test", mail)
                try:
                    running.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                break
            assert running.stdout.read() == "Welcome ['482913']\n"
