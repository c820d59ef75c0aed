"""What the page about missing mail shows is what happens: its own text is run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.documents import block
from fakes.server import Server, a_server
from mailweir.model.ruling import Action, Rule
from mailweir.ports.explanations import KEPT_IN_ALL, KEPT_OF_INBOX
from mailweir.servers.web.api.deliveries import DeliveryView

PAGE = "user/missing-mail.md"
TEXT = (Path(__file__).parents[2] / "docs" / PAGE).read_text("utf-8")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path / "data", "--single", "--base-domains=base.test") as server:
        yield server


def shell(commands: str, server: Server) -> str:
    ended = subprocess.run(
        ["bash", "-uc", commands.replace("127.0.0.1:8025", str(server.http))],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "MAILWEIR_SMTP": str(server.smtp),
            "MAILWEIR_DATA": str(server.data),
        },
        capture_output=True,
        check=True,
        text=True,
        timeout=50,
    )
    return ended.stdout


def test_its_commands_find_the_mail_that_is_missed(server: Server) -> None:
    assert shell(block(PAGE, "sh", "mailweir sendmail"), server) == "refused\n"
    waited = json.loads(shell(block(PAGE, "sh", "/wait?"), server))
    shown = block(PAGE, "json", "Request Timeout")
    assert f'"message": {json.dumps(waited["message"])}' in shown
    (refused,) = waited["refused"]
    for name in ("recipient", "action", "rule", "reply"):
        assert f'"{name}": {json.dumps(refused[name])}' in shown
    assert f'"intake": {json.dumps(waited["intake"])}' in shown
    (told,) = json.loads(shell(block(PAGE, "sh", "deliveries?to="), server))
    by_code = block(PAGE, "sh", "deliveries?code=").replace("1f0c9a2b7e", refused["code"])
    assert json.loads(shell(by_code, server)) == [told]
    line = shell(block(PAGE, "sh", "mailweir why"), server)
    assert line.startswith(told["at"])
    assert f"[{told['code']}]" in line


def test_it_explains_every_key_action_and_rule() -> None:
    named = set(re.findall(r"`([a-z ]+)`", TEXT))
    assert named >= {field.replace("sender", "from") for field in DeliveryView.__struct_fields__}
    assert named >= {one.value for one in Action}
    assert named >= {one.value for one in Rule} - {Rule.CONNECTION.value}, "caps are for whoever fights them"


def test_its_figures_hold() -> None:
    assert f"the last {KEPT_OF_INBOX} are kept, {KEPT_IN_ALL:,} in all, for a week" in TEXT
