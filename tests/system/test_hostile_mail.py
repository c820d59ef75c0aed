"""Known parser bombs through the front door: each is taken in time, kept as it is, and shown with a note."""

import json
import time
from pathlib import Path

import pytest

from fakes.corpus import on_the_wire
from fakes.hostile import bombs
from fakes.server import a_server, descendants, resident
from fakes.smtp_client import Mail, talking

BOMB, MAIL = "bomb@thing.test", "mail@thing.test"
IN_TIME = 5.0  # seconds to the 250
UNMOVED = 200 * 1024 * 1024  # octets by which the memory of all processes may differ, ten times what it does
VIEWS = ("text", "body", "dirty", "headers")


@pytest.mark.timeout(300)
async def test_bombs_are_taken_kept_and_shown_and_hold_nobody_up(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", "--public-inbox-limit=0") as server:
        sent: dict[str, bytes] = {}
        before = memory(server.pid)
        async with talking(server.smtp) as talk:
            for name, bomb in bombs().items():
                raw = on_the_wire(bomb)
                begun = time.monotonic()
                answer = await talk.deliver(Mail([BOMB], raw))
                assert answer.code == 250, (name, answer)
                assert time.monotonic() - begun < IN_TIME, name
                sent[f"{answer.queue_id}-0"] = raw
                ordinary = await talk.deliver(Mail([MAIL], b"Subject: ordinary\r\n\r\nhello\r\n"))
                assert ordinary.code == 250
        assert all(one["digest"] == "done" for one in server.api.digested(MAIL, len(sent)))
        shown = {one["_id"]: one for one in server.api.digested(BOMB, len(sent), within=120)}
        assert shown.keys() == sent.keys()
        for message, raw in sent.items():
            assert server.api.content(BOMB, message) == raw
            for view in VIEWS:
                answer = server.api.get(f"/api/{view}/{BOMB}/{message}")
                assert answer.status == 200, (view, shown[message]["subject"], answer.body[:200])
            files = server.api.get(f"/api/addresses/{BOMB}/messages/{message}/attachments")
            assert files.status == 200
            for one in json.loads(files.body):
                url = f"/api/addresses/{BOMB}/messages/{message}/attachments/{one['checksum']}"
                assert server.api.get(url).status == 200
            for page in ("", "?view=text", "?view=source", "?view=headers", "/html"):
                assert server.api.get(f"/inbox/{BOMB}/{message}{page}").status == 200, page
        assert server.api.get(f"/inbox/{BOMB}").status == 200
        assert memory(server.pid) - before < UNMOVED


def memory(supervisor: int) -> int:
    return sum(resident(pid) for pid in (supervisor, *descendants(supervisor)))
