"""How many connections are taken, from whom, and who makes room when there is none left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fakes.scripted_door import Scripting
from fakes.smtp_house import House, Peer
from mailweir.policy.caps import Caps, Ceilings

MESSAGE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nSubject: hi\r\n\r\nthere\r\n.\r\n"
BALANCED = ["127.0.0.0/8"]
Opened = Callable[..., Awaitable[House]]


def few(address: int, network: int, region: int) -> Caps:
    return Caps(Ceilings(open=(address, network, region), new=(0, 0, 0)))


async def proven(house: House) -> Peer:
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    assert [await peer.code() for _ in range(5)] == [250, 250, 250, 354, 250]
    return peer


@pytest.mark.parametrize(
    ("sources", "newcomer", "sentence"),
    [
        (
            ["192.0.2.1"] * 2,
            "192.0.2.1",
            "Too many connections from your address (2), try again later",
        ),
        (
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
            "192.0.2.4",
            "Too many connections from your network (3), try again later",
        ),
        (
            ["2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:1:4::1"],
            "2001:db8:1:5::1",
            "Too many connections from the network of your provider (4), try again later",
        ),
    ],
)
async def test_whom_a_balancer_names_has_so_many_connections_and_hears_why_not_more(
    opened: Opened, scripting: Scripting, sources: list[str], newcomer: str, sentence: str
) -> None:
    house = await opened(caps=few(2, 3, 4), trusted=BALANCED, door=scripting)
    here = [await house.connect_from(ip) for ip in sources]
    assert [await peer.code() for peer in here] == [220] * len(here)
    refused = await house.connect_from(newcomer)
    assert await refused.line() == f"421 4.7.0 {sentence}"
    assert await refused.ended()
    assert [ip for ip, _ in scripting.door.away] == [newcomer]
    assert await (await house.connect_from("198.51.100.1")).code() == 220
    here[0].abort()
    await house.emptied(to=len(here))
    assert await (await house.connect_from(newcomer)).code() == 220


async def test_an_ipv4_peer_is_the_same_in_whatever_way_it_is_written(opened: Opened) -> None:
    house = await opened(caps=few(1, 9, 9), trusted=BALANCED)
    assert await (await house.connect_from("192.0.2.1")).code() == 220
    assert await (await house.connect_from("::ffff:192.0.2.1")).code() == 421


async def test_a_balancer_itself_is_not_counted(opened: Opened) -> None:
    house = await opened(caps=few(1, 1, 1), trusted=BALANCED)
    for header in (b"PROXY UNKNOWN\r\n", b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00") * 2:
        peer = await house.connect(greeted=False)
        await peer.send(header)
        assert await peer.code() == 220
    silent = [await house.connect(greeted=False) for _ in range(3)]
    assert await (await house.connect_from("192.0.2.1")).code() == 220
    assert not any(peer.closed for peer in silent)


async def test_without_a_balancer_it_is_the_peer_that_is_counted(opened: Opened) -> None:
    house = await opened(caps=few(2, 9, 9))
    await house.connect()
    await house.connect()
    assert await (await house.connect(greeted=False)).code() == 421


async def test_so_many_new_connections_are_taken_in_a_minute(opened: Opened) -> None:
    house = await opened(caps=Caps(Ceilings(open=(0, 0, 0), new=(3, 0, 0))))
    for _ in range(3):
        (await house.connect()).abort()
    refused = await house.connect(greeted=False)
    assert await refused.line() == (
        "421 4.7.0 Too many new connections in a minute from your address (3), try again later"
    )


async def test_who_is_refused_and_reads_nothing_holds_nothing(opened: Opened) -> None:
    house = await opened(caps=few(1, 1, 1))
    await house.connect()
    for _ in range(50):
        await house.connect(greeted=False)
    await house.emptied(to=1)


async def test_on_trial_everybody_is_served(opened: Opened) -> None:
    caps = Caps(Ceilings(open=(1, 1, 1), new=(1, 1, 1)), acting=False)
    house = await opened(caps=caps)
    for _ in range(3):
        await house.connect()
    assert sum(caps.refused.values()) == 2


@pytest.mark.parametrize("places", [1, 2, 3])
async def test_when_all_places_are_taken_who_came_first_and_is_idle_makes_room(
    opened: Opened, scripting: Scripting, places: int
) -> None:
    house = await opened(most_sessions=places, door=scripting)
    here = [await house.connect() for _ in range(places)]
    newcomer = await house.connect()
    assert (await here[0].line()).startswith("421 4.3.2")
    assert await here[0].ended()
    for peer in (*here[1:], newcomer):
        assert (await peer.say("NOOP")).startswith("250")
    assert [reply[:9] for _, reply in scripting.door.away] == ["421 4.3.2"]


async def test_who_has_got_a_message_through_or_is_busy_keeps_its_place(opened: Opened) -> None:
    house = await opened(most_sessions=3)
    first = await proven(house)
    receiving = await house.connect()
    await receiving.send(b"HELO c.test\r\n" + MESSAGE[:-3])
    assert [await receiving.code() for _ in range(4)] == [250, 250, 250, 354]
    idle = await house.connect()
    newcomer = await house.connect()
    assert (await idle.line()).startswith("421 4.3.2")
    await newcomer.send(b"HELO c.test\r\n" + MESSAGE[:-3])
    assert [await newcomer.code() for _ in range(4)] == [250, 250, 250, 354]
    too_late = await house.connect(greeted=False)
    assert (await too_late.line()).startswith("421 4.3.2")
    assert await too_late.ended()
    assert (await first.say("NOOP")).startswith("250")
    for peer in (receiving, newcomer):
        await peer.send(MESSAGE[-3:])
        assert await peer.code() == 250


async def test_a_peer_that_does_not_read_makes_room_all_the_same(opened: Opened) -> None:
    house = await opened(most_sessions=1)
    deaf = await house.connect()
    await deaf.push(b"EHLO x.test\r\n" * 9000, limit=64 << 20)
    newcomer = await house.connect()
    await asyncio.sleep(0.1)
    assert house.listener.sessions == 1
    assert (await newcomer.say("NOOP")).startswith("250")


async def test_a_thousand_newcomers_find_room_among_as_many_who_are_idle(opened: Opened) -> None:
    house = await opened(most_sessions=100)
    for _ in range(500):
        await house.connect()
    assert house.listener.sessions == 100
