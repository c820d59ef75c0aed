"""Outage B at a small size: who holds connections is gone in time, and good mail passes meanwhile."""

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from fakes.server import COMMAND, Program, Server, a_server
from fakes.smtp_client import Mail, Talk, a_message, talking

DESCRIPTORS, PLACES = 1000, 800  # fewer than connections: the first of the idle make room
IDLE, DRIPS = 900, 100
WITHIN = 1.0  # seconds for a whole mail: twenty times what is promised of a quiet machine
GONE_WITHIN = 40.0  # seconds; 30 are promised of a machine with nothing else to do
CAP = 30

FLAGS = ("--receivers=1", "--profile=internet", "--trusted-proxies=127.0.0.2/32")


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    program = Program(("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}", COMMAND, "serve"))
    with a_server(tmp_path / "data", *FLAGS, program=program) as running:
        yield running


async def held(server: Server, number: int, stack: AsyncExitStack) -> Talk:
    """A connection that a balancer says is somebody else's, as each of them is."""
    reader, writer = await asyncio.open_connection(*server.smtp, local_addr=("127.0.0.2", 0))
    talk = Talk(reader, writer)
    stack.push_async_callback(talk.close)
    source = f"10.{number % 250}.{number // 250}.1"
    await talk.write(f"PROXY TCP4 {source} 192.0.2.25 4711 25\r\n".encode())
    assert (await talk.reply()).code == 220
    return talk


async def said_last(talks: Sequence[Talk]) -> Sequence[bytes]:
    return await asyncio.gather(*(talk.closed(GONE_WITHIN) for talk in talks))


async def test_good_mail_passes_between_the_idle_and_the_dripping(server: Server) -> None:
    async with AsyncExitStack() as stack:
        idle = [await held(server, number, stack) for number in range(IDLE)]
        drips = [await held(server, IDLE + number, stack) for number in range(DRIPS)]
        for talk in drips:
            assert (await talk.command("HELO drip.test")).code == 250
            assert (await talk.command("MAIL FROM:<a@drip.test>")).code == 250
            assert (await talk.command("RCPT TO:<drip@thing.test>")).code == 250
            assert (await talk.command("DATA")).code == 354
        dripping = time.monotonic()
        for number in range(20):
            for talk in drips:
                with suppress(ConnectionError):
                    await talk.write(b"x")
            begun = time.monotonic()
            async with talking(server.smtp) as good:
                answer = await good.deliver(Mail(["good@thing.test"], a_message(f"good {number}")))
            assert answer.code == 250
            assert time.monotonic() - begun < WITHIN
        assert {said[:9] for said in await said_last(drips)} == {b"421 4.4.2"}
        assert time.monotonic() - dripping < GONE_WITHIN
        assert {said[:9] for said in await said_last(idle[: IDLE + DRIPS - PLACES])} == {b"421 4.3.2"}
    assert len(server.api.inbox("good@thing.test")) == 6  # as many as an inbox of the internet keeps


async def test_one_address_has_thirty_connections_and_others_are_served(server: Server) -> None:
    async with AsyncExitStack() as stack:
        codes: list[int] = []
        for _ in range(CAP + 20):
            reader, writer = await asyncio.open_connection(*server.smtp, local_addr=("127.0.7.1", 0))
            talk = Talk(reader, writer)
            stack.push_async_callback(talk.close)
            codes.append((await talk.reply()).code)
        assert codes == [220] * CAP + [421] * 20
        async with talking(server.smtp) as good:
            assert (await good.deliver(Mail(["good@thing.test"], a_message("good")))).code == 250
