"""No door sends anything on, however it is asked to."""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from fakes.far_server import FarServer, a_far_server, connect_elsewhere, connections
from fakes.relay_shapes import SHAPES, Shape
from fakes.server import Server, a_server, descendants
from fakes.smtp_client import Talk, talking

KEY: Final = "k_" + "norelayatall" * 2
FLAGS: Final = (
    "--profile=internet",
    "--base-domains=ours.test",
    "--node-name=mx.ours.test",
    "--public-inbox-limit=500",
    "--bootstrap-account=alice",
    f"--bootstrap-key={KEY}",
)
SENDERS: Final = ("a@x.test", "", "root@ours.test", "root@[127.0.0.1]", '"a@far.test"@ours.test')
PLAIN: Final = base64.b64encode(f"\0alice\0{KEY}".encode()).decode()


@pytest.fixture(scope="module")
def far() -> Iterator[FarServer]:
    with a_far_server() as listening:
        yield listening


def content(subject: str, far: FarServer) -> bytes:
    """A message that asks in every way to be answered, and points elsewhere."""
    where = f"http://127.0.0.1:{far.port}/"
    return (
        f"From: a@x.test\r\nTo: victim@far.test\r\nSubject: {subject}\r\nReply-To: victim@far.test\r\n"
        "Return-Receipt-To: victim@far.test\r\nDisposition-Notification-To: victim@far.test\r\n"
        f"List-Unsubscribe: <{where}>, <mailto:victim@far.test>\r\nContent-Type: text/html\r\n\r\n"
        f'<img src="{where}pixel.png"><a href="{where}">verify</a><script src="{where}"></script>\r\n.\r\n'
    ).encode()


async def signed_in(talk: Talk) -> Talk:
    assert (await talk.command(f"AUTH PLAIN {PLAIN}")).code == 235
    return talk


async def offer(talk: Talk, sender: str, recipient: str, message: bytes) -> tuple[int, str]:
    """One transaction: the answer to RCPT, and the id of what was kept."""
    assert (await talk.command(f"MAIL FROM:<{sender}>")).code == 250
    answer = await talk.command(f"RCPT TO:{recipient}")
    if answer.code != 250:
        assert (await talk.command("DATA")).code in {503, 554}
        return answer.code, ""
    assert (await talk.command("DATA")).code == 354
    await talk.write(message)
    kept = await talk.reply()
    assert kept.code == 250, kept
    return answer.code, kept.queue_id


def inbox_of(server: Server, inbox: str, queue_id: str) -> bool:
    """Whether that message lies in that inbox."""
    path = f"/api/addresses/{quote(inbox, safe='')}/messages/{queue_id}-0?_mailsacKey={KEY}"
    return server.api.get(path).status == 200


async def try_public(server: Server, far: FarServer, shape: Shape, sender: str) -> str:
    async with talking(server.smtp) as talk:
        code, kept = await offer(talk, sender, shape.recipient, content("public", far))
    assert code == shape.public, (shape, code)
    assert not kept or inbox_of(server, shape.kept, kept), shape
    return kept


async def try_submission(server: Server, far: FarServer, shape: Shape, sender: str) -> str:
    async with talking(server.submission) as talk:
        code, kept = await offer(await signed_in(talk), sender, shape.recipient, content("submission", far))
    assert (code == 250) is (shape.captured is not None), (shape, code)
    assert code == 250 or 500 <= code < 560, (shape, code)
    assert shape.captured is None or inbox_of(server, shape.captured, kept), shape
    return kept


async def settled(server: Server, ids: Sequence[str]) -> None:
    """Waits until everything that was kept was read as well, by those who might follow what it says."""
    async with asyncio.timeout(60):
        while True:
            answer = server.api.get(f"/api/messages?limit=1000&_mailsacKey={KEY}")
            assert answer.status == 200, answer
            if answer.body.count(b'"digest":"done"') >= len(ids):
                return
            await asyncio.sleep(0.1)


def test_there_are_sixty_shapes_and_more() -> None:
    assert len({shape.recipient for shape in SHAPES}) == len(SHAPES) >= 60


@pytest.mark.timeout(180)
@pytest.mark.parametrize("mode", [(), ("--single",)], ids=["processes", "single"])
async def test_no_shape_of_an_address_reaches_a_far_server(
    tmp_path: Path, far: FarServer, mode: tuple[str, ...]
) -> None:
    with a_server(tmp_path / "data", *FLAGS, *mode) as server:
        everyone = [server.pid, *descendants(server.pid)]
        ids: list[str] = []
        async with connections(everyone, tmp_path / "trace") as seen:
            for number, shape in enumerate(SHAPES):
                sender = SENDERS[number % len(SENDERS)]
                ids += [await try_public(server, far, shape, sender)]
                ids += [await try_submission(server, far, shape, sender)]
            await settled(server, [one for one in ids if one])
    assert seen == []
    assert far.calls() == 0


async def test_that_check_sees_who_does_connect(tmp_path: Path, far: FarServer) -> None:
    seen = await connect_elsewhere(far.port, tmp_path / "trace")
    assert len(seen) == 1
    assert far.calls() == 1
