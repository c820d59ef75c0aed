"""How many HTTP connections are taken, from whom, and who makes room when there is none left."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_network

import pytest

from fakes.web_house import WebHouse
from mailweir.policy.caps import Caps, Ceilings
from mailweir.servers.web import connection
from mailweir.servers.web.places import Places

ASK = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
Opened = Callable[[Places], Awaitable[WebHouse]]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connected = Callable[[WebHouse], Awaitable[Stream]]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    houses: list[WebHouse] = []

    async def open_house(places: Places) -> WebHouse:
        houses.append(WebHouse())
        await houses[-1].open(places)
        return houses[-1]

    yield open_house
    for house in houses:
        await house.server.drain(1)


def few(most: int) -> Caps:
    return Caps(Ceilings(open=(most, 0, 0), new=(0, 0, 0)))


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    """Makes connections, which are closed after the test."""
    streams: list[Stream] = []

    async def connect(house: WebHouse) -> Stream:
        streams.append(await asyncio.open_connection("127.0.0.1", house.port))
        return streams[-1]

    yield connect
    for _, writer in streams:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def status(stream: Stream, octets: bytes = ASK) -> int:
    stream[1].write(octets)
    async with asyncio.timeout(5):
        head = await stream[0].readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await stream[0].readexactly(length)
    return int(head.split()[1])


async def ended(stream: Stream) -> bool:
    async with asyncio.timeout(5):
        try:
            return await stream[0].read() == b""
        except ConnectionError:
            return True


@pytest.mark.parametrize(("others", "code"), [(0, 200), (1, 200), (2, 503)])
async def test_an_address_has_so_many_connections_and_hears_why_not_more(
    opened: Opened, connected: Connected, others: int, code: int
) -> None:
    house = await opened(Places(9, few(2)))
    streams = [await connected(house) for _ in range(others)]
    for stream in streams:
        assert await status(stream) == 200
    answer = await house.get("/livez")
    assert answer.status == code
    if code == 503:
        assert answer.headers["retry-after"] == "10"
        assert answer.json["message"] == "Too many connections from your address (2). Please try again later."


async def test_who_has_gone_makes_room_for_others_of_his_address(
    opened: Opened, connected: Connected
) -> None:
    places = Places(9, few(1))
    house = await opened(places)
    for _ in range(3):
        stream = await connected(house)
        assert await status(stream) == 200
        stream[1].close()
        await stream[1].wait_closed()
        async with asyncio.timeout(5):
            while places.taken:  # noqa: ASYNC110  there is no event for a count
                await asyncio.sleep(0.01)


async def test_a_trusted_proxy_has_as_many_as_it_likes(opened: Opened, connected: Connected) -> None:
    house = await opened(Places(9, few(1), [ip_network("127.0.0.0/8")]))
    streams = [await connected(house) for _ in range(4)]
    assert [await status(stream) for stream in streams] == [200] * 4


@pytest.mark.parametrize("asked", [True, False])
async def test_when_all_places_are_taken_who_is_idle_for_longest_makes_room(
    opened: Opened,
    connected: Connected,
    asked: bool,  # noqa: FBT001
) -> None:
    house = await opened(Places(2))
    first, second = await connected(house), await connected(house)
    for stream in (first, second) if asked else ():
        assert await status(stream) == 200
    newcomer = await connected(house)
    assert await status(newcomer) == 200
    assert await ended(first)
    assert await status(second) == 200


async def test_who_is_being_served_or_follows_keeps_his_place(opened: Opened, connected: Connected) -> None:
    house = await opened(Places(2))
    reached, go_on = house.mailbox.hold()
    served = asyncio.create_task(house.get("/api/messages"))
    await reached.wait()
    following = await connected(house)
    following[1].write(
        b"GET /incoming-messages?addresses=bob@thing.test HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    refused: list[int] = []
    async with asyncio.timeout(5):
        while 503 not in refused:
            await asyncio.sleep(0.05)
            refused.append((await house.get("/livez")).status)
    go_on.set()
    assert (await served).status == 200


async def test_a_body_that_drips_is_ended(
    opened: Opened, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.4)
    house = await opened(Places(9))
    stream = await connected(house)
    head = b"POST /api/addresses/bob@thing.test/messages HTTP/1.1\r\nHost: x\r\n"
    stream[1].write(head + b"Content-Type: message/rfc822\r\nContent-Length: 3000\r\n\r\n")

    async def drip() -> None:
        for _ in range(40):
            await asyncio.sleep(0.05)
            stream[1].write(b"x")

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(5):
        assert (await stream[0].readline()).startswith(b"HTTP/1.1 408 ")
    dripping.cancel()


async def test_a_body_that_flows_may_take_its_time(
    opened: Opened, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    house = await opened(Places(9))
    stream = await connected(house)
    head = b"POST /api/addresses/bob@thing.test/messages HTTP/1.1\r\nHost: x\r\n"
    stream[1].write(head + b"Content-Type: message/rfc822\r\nContent-Length: 3000\r\n\r\n")
    for _ in range(15):
        await asyncio.sleep(0.08)
        stream[1].write(b"x" * 200)
    assert await status(stream, b"") == 201


@pytest.mark.parametrize(("taken", "pressed"), [(6, False), (7, False), (8, True)])
async def test_there_is_a_hurry_once_most_places_are_taken(
    opened: Opened,
    connected: Connected,
    taken: int,
    pressed: bool,  # noqa: FBT001
) -> None:
    places = Places(10)
    house = await opened(places)
    streams = [await connected(house) for _ in range(taken)]
    assert await status(streams[-1]) == 200
    assert places.pressed is pressed
