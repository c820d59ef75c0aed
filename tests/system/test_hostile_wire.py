"""Hostile octets against the real process: the right answer, nothing lost or swollen, nobody delayed."""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from fakes.server import Server, a_server, resident
from fakes.smtp_client import Mail, Talk, a_message, talking

GROWTH = 100 << 20  # octets of memory
NEXT_MAIL_WITHIN = 1.0  # seconds
CRLF = b"\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    with a_server(tmp_path / "data", "--receivers=1") as running:
        yield running


@asynccontextmanager
async def unharmed(server: Server) -> AsyncGenerator[None]:
    """Afterwards the receiver is the same process and not much larger, and mail is taken as before."""
    (receiver,) = server.pids("receiver")
    async with talking(server.smtp) as talk:
        await talk.deliver(Mail(["first@thing.test"], a_message("first")))
    before = resident(receiver)
    yield
    begun = time.monotonic()
    async with talking(server.smtp) as talk:
        answer = await talk.deliver(Mail(["next@thing.test"], a_message("next")))
    assert time.monotonic() - begun < NEXT_MAIL_WITHIN
    assert answer.code == 250
    assert server.pids("receiver") == [receiver]
    assert resident(receiver) - before < GROWTH
    assert server.api.get("/api/messages").status == 200
    assert server.api.get("/").status == 200
    assert server.api.inbox("next@thing.test")[0]["subject"] == "next"


async def kept(server: Server, content: bytes) -> None:
    """Both ways of sending: accepted, listed, and the same octets come back."""
    for chunked in (False, True):
        async with talking(server.smtp) as talk:
            answer = await talk.deliver(Mail(["odd@thing.test"], content, chunked=chunked))
        assert answer.code == 250
        assert server.api.inbox("odd@thing.test", limit=1)[0]["_id"] == f"{answer.queue_id}-0"
        assert server.api.content("odd@thing.test", f"{answer.queue_id}-0") == content
        assert server.api.get(f"/inbox/odd@thing.test/{answer.queue_id}-0").status == 200


def nested_multiparts(depth: int) -> bytes:
    heads = [
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    ]
    return b"Subject: deep\r\n" + "".join(heads).encode() + b"\r\nbottom\r\n"


def many_parts(count: int) -> bytes:
    head = b'Subject: wide\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + b"--b\r\n\r\npart\r\n" * count + b"--b--\r\n"


def many_addresses(count: int) -> bytes:
    listed = ",\r\n ".join(f"Person {number} <p{number}@thing.test>" for number in range(count))
    return f"To: {listed}\r\nSubject: all\r\n\r\nhello\r\n".encode()


ODD = {
    "one header field of 1 MiB on one line": b"Subject: " + b"x" * (1 << 20) + CRLF * 2 + b"hello\r\n",
    "one folded header field of 1 MiB": b"Subject: x\r\n " + b"x\r\n " * (1 << 18) + b"end\r\n\r\nhi\r\n",
    "20,000 header lines": b"X-Field: value of some length\r\n" * 20_000 + b"\r\nhello\r\n",
    "a line of more than 1 MiB": b"Subject: long\r\n\r\n" + b"y" * ((1 << 20) + 7) + CRLF,
    "500 nested multiparts": nested_multiparts(500),
    "20,000 parts": many_parts(20_000),
    "10,000 addresses in To": many_addresses(10_000),
    "50,000 encoded words": b"Subject: " + b"=?utf-8?q?=41?=\r\n " * 50_000 + b"\r\n\r\nhello\r\n",
    "20 MiB of base64": b"Subject: big\r\n\r\n" + base64.encodebytes(bytes(15 << 20)).replace(b"\n", CRLF),
    "no header at all": b"\r\n\0\1\2\xff\xfe bare \r and \n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD.keys())
async def test_whatever_a_message_holds_it_is_kept_and_comes_back(server: Server, content: bytes) -> None:
    async with unharmed(server):
        await kept(server, content)


async def test_four_mebibytes_without_a_newline_end_the_session_and_not_the_process(server: Server) -> None:
    async with unharmed(server), talking(server.smtp, hello="") as talk:
        answer = await refusal_of(talk, b"x" * (4 << 20))
        assert answer.startswith(b"500 5.5.2 ")


async def test_nul_and_noise_in_commands_are_refused_and_then_ended(server: Server) -> None:
    async with unharmed(server), talking(server.smtp) as talk:
        assert (await talk.command("NO\0OP")).code == 500
        assert (await talk.command("MAIL FROM:<a\0b@thing.test>")).code in {500, 501}
        answer = await refusal_of(talk, b"\0\r\n\x80\xff\r\n" * 1000)
        assert {line[:3] for line in answer.splitlines()} <= {b"500", b"501", b"421"}
        assert answer.splitlines()[-1].startswith(b"421 ")


async def test_a_message_over_the_limit_is_refused_and_the_session_goes_on(server: Server) -> None:
    async with unharmed(server), talking(server.smtp) as talk:
        too_much = a_message("too much", 26 << 20)
        assert (await talk.deliver(Mail(["odd@thing.test"], too_much))).code == 552
        assert (await talk.deliver(Mail(["odd@thing.test"], a_message("fits")))).code == 250
    assert [one["subject"] for one in server.api.inbox("odd@thing.test")] == ["fits"]


async def test_a_slow_drip_delays_nobody_and_loses_nothing(server: Server) -> None:
    async with unharmed(server), AsyncExitStack() as stack:
        drips = [await stack.enter_async_context(talking(server.smtp)) for _ in range(50)]
        mail = Mail(["drip@thing.test"], a_message("drip"))
        for talk in drips:
            assert (await talk.command(f"MAIL FROM:<{mail.sender}>")).code == 250
            assert (await talk.command("RCPT TO:<drip@thing.test>")).code == 250
            assert (await talk.command("DATA")).code == 354
        for octet in mail.ending():
            for talk in drips:
                await talk.write(bytes([octet]))
            await asyncio.sleep(0)
        assert {(await talk.reply()).code for talk in drips} == {250}
        listed = server.api.inbox("drip@thing.test")
        assert len(listed) == 50
        assert server.api.content("drip@thing.test", listed[0]["_id"]) == mail.content


async def test_three_hundred_idle_connections_are_held_and_a_newcomer_is_served(server: Server) -> None:
    async with AsyncExitStack() as stack:
        idle = [await stack.enter_async_context(talking(server.smtp)) for _ in range(300)]
        async with unharmed(server):
            pass
        assert [(await talk.command("NOOP")).code for talk in idle] == [250] * 300


async def test_a_sender_that_hangs_up_half_way_leaves_nothing(server: Server) -> None:
    async with unharmed(server):
        for end in (b"half a mess", b"half\r\n", b"half\r\n.", b"half\r\n.\r", b"half\n.\n", b"half\r.\r"):
            async with talking(server.smtp) as talk:
                await talk.write(Mail(["half@thing.test"], b"").envelope() + b"DATA\r\n" + end)
            async with talking(server.smtp) as talk:
                await talk.write(Mail(["half@thing.test"], b"").envelope() + b"BDAT 99 LAST\r\n" + end)
        assert server.api.inbox("half@thing.test") == []


async def refusal_of(talk: Talk, octets: bytes) -> bytes:
    """What the server says before it closes, although we send on."""
    sending = asyncio.create_task(talk.write(octets))
    said = await talk.closed()
    await asyncio.gather(sending, return_exceptions=True)
    return said
