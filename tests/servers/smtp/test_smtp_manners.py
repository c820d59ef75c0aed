"""Who speaks out of turn, how long a peer may take, in calm and under pressure, and how much is held."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

import pytest

from fakes.scripted_door import Scripting
from fakes.smtp_house import House, Peer
from mailweir.servers.smtp.deadlines import Deadlines, Request
from mailweir.servers.smtp.flight import SMALL

ENVELOPE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n"
CONTENT = b"Subject: hi\r\n\r\nthere\r\n.\r\n"
Opened = Callable[..., Awaitable[House]]


async def early(house: House, octets: bytes) -> Peer:
    """A peer whose octets are there before the server looks."""
    bound = socket.socket()
    bound.connect(("127.0.0.1", house.port))
    bound.sendall(octets)
    bound.setblocking(False)  # noqa: FBT003  the socket module has no keyword for it
    peer = Peer(*await asyncio.open_connection(sock=bound))
    house.peers.append(peer)
    return peer


async def receiving(house: House) -> Peer:
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(ENVELOPE)
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    return peer


async def test_who_speaks_before_the_greeting_is_refused_where_that_is_the_rule(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(punctual=True, door=scripting)
    peer = await early(house, b"EHLO hasty.test\r\n")
    assert (await peer.line()).startswith("554 5.5.0")
    await peer.gone()
    assert scripting.door.away[0][1].startswith("554 5.5.0")
    assert (await (await house.connect()).say("EHLO client.test")).startswith("250")


async def test_elsewhere_it_is_served(opened: Opened) -> None:
    house = await opened()
    peer = await early(house, b"HELO hasty.test\r\nNOOP\r\n")
    assert [await peer.code() for _ in range(3)] == [220, 250, 250]


async def test_the_greeting_can_wait_so_that_the_hasty_show_themselves(opened: Opened) -> None:
    house = await opened(punctual=True, greeting_delay=0.3)
    begun = time.monotonic()
    patient = await house.connect()
    assert time.monotonic() - begun > 0.29
    assert (await patient.say("NOOP")).startswith("250")
    hasty = await house.connect(greeted=False)
    await asyncio.sleep(0.1)
    assert (await hasty.say("EHLO hasty.test")).startswith("554 5.5.0")


async def test_what_comes_during_that_wait_is_kept_where_it_is_tolerated(opened: Opened) -> None:
    house = await opened(greeting_delay=0.2)
    hasty = await house.connect(greeted=False)
    await hasty.send(b"HELO hasty.test\r\n")
    assert [await hasty.code() for _ in range(2)] == [220, 250]


async def test_behind_a_balancer_what_follows_its_header_is_early(opened: Opened) -> None:
    house = await opened(punctual=True, trusted=["127.0.0.0/8"])
    assert await (await house.connect_from("192.0.2.1")).code() == 220
    hasty = await early(house, b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\nEHLO hasty.test\r\n")
    assert await hasty.code() == 554


async def test_a_peer_that_leaves_before_the_greeting_leaves_nothing(opened: Opened) -> None:
    house = await opened(greeting_delay=0.2)
    (await house.connect(greeted=False)).abort()
    await house.emptied()


async def test_content_before_354_is_refused_by_that_rule(opened: Opened, scripting: Scripting) -> None:
    house = await opened(punctual=True, door=scripting)
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(ENVELOPE + CONTENT)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 554]
    await peer.gone()
    assert house.intake.deliveries == []
    assert [reply[:9] for _, reply in scripting.door.away] == ["554 5.5.0"]


async def test_who_waits_for_354_may_pipeline_all_that_comes_before(opened: Opened) -> None:
    house = await opened(punctual=True)
    peer = await receiving(house)
    await peer.send(CONTENT + ENVELOPE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 250, 354]
    await peer.send(CONTENT + b"QUIT\r\n")
    assert [await peer.code() for _ in range(2)] == [250, 221]


async def test_chunks_may_be_sent_at_once(opened: Opened) -> None:
    house = await opened(punctual=True)
    peer = await house.connect()
    await peer.say("EHLO client.test")
    await peer.send(ENVELOPE.replace(b"DATA\r\n", b"BDAT 5 LAST\r\nabc\r\n") + b"QUIT\r\n")
    assert [await peer.code() for _ in range(4)] == [250, 250, 250, 221]


@pytest.mark.parametrize(("seconds", "late"), [(1, False), (25, False), (26, True)])
def test_content_may_take_so_long_to_begin(seconds: int, late: bool) -> None:  # noqa: FBT001
    assert _slow(Deadlines(), [0] * seconds) is late


def test_one_octet_in_five_seconds_is_too_slow_within_thirty() -> None:
    assert _slow(Deadlines(), [0, 0, 0, 0, 1] * 5 + [0, 0, 0])


def test_five_hundred_octets_a_second_are_enough_for_as_long_as_a_session_lasts() -> None:
    assert not _slow(Deadlines(), [500] * 1800)
    assert _slow(Deadlines(), [500] * 1802)
    assert _slow(Deadlines(), [480] * 1800)


@pytest.mark.parametrize(("pause", "late"), [(58, False), (59, False), (60, True)])
def test_who_has_sent_much_may_pause_for_a_minute(pause: int, late: bool) -> None:  # noqa: FBT001
    assert _slow(Deadlines(), [100_000, *[0] * pause]) is late


@pytest.mark.parametrize(("pause", "late"), [(8, False), (9, False), (10, True)])
def test_under_pressure_for_ten_seconds(pause: int, late: bool) -> None:  # noqa: FBT001
    assert _slow(Deadlines().hurried(), [100_000, *[0] * pause]) is late


def test_a_hurry_makes_nothing_longer() -> None:
    hurried = Deadlines(command=3, unproven=2, content=1, saved=1).hurried()
    assert (hurried.command, hurried.unproven, hurried.content, hurried.saved) == (3, 2, 1, 1)
    assert Deadlines().hurried() == Deadlines(command=10, unproven=10, content=10, saved=10)


def _slow(deadlines: Deadlines, octets: list[int]) -> bool:
    """Whether a message is overdue whose octets come in so many seconds."""
    request = Request(0.0)
    overdue = request.overdue(0.0, 0.0, deadlines, content=True)
    for now, more in enumerate(octets, start=1):
        request.octets += more
        overdue = request.overdue(float(now), 0.0, deadlines, content=True) or overdue
    return overdue


async def test_under_pressure_who_is_idle_has_less_time(opened: Opened) -> None:
    pressed = False
    house = await opened(deadlines=Deadlines(pressed=0.1), pressed=lambda: pressed)
    peer = await house.connect()
    assert not await peer.hears_within(0.3)
    assert not house.listener.pressed
    pressed = True
    assert (await peer.line()).startswith("421 4.4.2")
    assert house.listener.pressed


@pytest.mark.parametrize(("taken", "pressed"), [(6, False), (7, False), (8, True)])
async def test_there_is_a_hurry_once_most_places_are_taken(
    opened: Opened,
    taken: int,
    pressed: bool,  # noqa: FBT001
) -> None:
    house = await opened(most_sessions=10)
    for _ in range(taken):
        await house.connect()
    await asyncio.sleep(0.15)
    assert house.listener.pressed is pressed


@pytest.mark.parametrize(("octets", "ended"), [(SMALL - 100, False), (SMALL + 100, True)])
async def test_when_too_much_is_on_its_way_nothing_begins_and_what_is_large_is_given_up(
    opened: Opened,
    octets: int,
    ended: bool,  # noqa: FBT001
) -> None:
    house = await opened(most_octets=100)
    peer, other = await receiving(house), await house.connect()
    await other.say("HELO client.test")
    for piece in (b"x" * 200, b"x" * (octets - 200)):
        await peer.send(piece)
        await asyncio.sleep(0.1)
    assert house.listener.flight.full is not ended
    if ended:
        assert (await peer.line()).startswith("421 4.3.1")
        await peer.gone()
        assert house.listener.flight.now == 0
        assert (await other.say("MAIL FROM:<a@x.test>")).startswith("250")
        return
    assert (await other.say("MAIL FROM:<a@x.test>")).startswith("452 4.3.1")
    await peer.send(b"\r\n.\r\n")
    assert await peer.code() == 250


async def test_a_message_that_is_being_kept_counts_until_it_is(opened: Opened) -> None:
    house = await opened(most_octets=10)
    house.intake.hold()
    peer, other = await receiving(house), await house.connect()
    await other.say("HELO client.test")
    await peer.send(CONTENT)
    await house.intake.asked.wait()
    assert house.listener.flight.now == len(CONTENT) - 3
    assert (await other.say("MAIL FROM:<a@x.test>")).startswith("452 4.3.1")
    house.intake.release()
    assert await peer.code() == 250
    assert house.listener.flight.now == 0


async def test_handshakes_wait_for_their_turn_and_all_come_up(opened: Opened) -> None:
    house = await opened(tls=True, most_handshakes=1)
    peers = [await house.connect() for _ in range(5)]
    for peer in peers:
        await peer.say("EHLO client.test")

    async def secured(peer: Peer) -> str:
        await peer.start_tls()
        return await peer.say("EHLO client.test")

    answers = await asyncio.gather(*map(secured, peers))
    assert [answer[:3] for answer in answers] == ["250"] * 5


async def test_a_handshake_that_does_not_come_holds_up_others_for_its_deadline_only(
    opened: Opened,
) -> None:
    house = await opened(tls=True, most_handshakes=1, deadlines=Deadlines(handshake=0.3))
    mute, other = await house.connect(), await house.connect()
    for peer in (mute, other):
        await peer.say("EHLO client.test")
    assert (await mute.say("STARTTLS")).startswith("220")
    await other.start_tls()
    assert (await other.say("EHLO client.test")).startswith("250")
    await mute.gone()
    await house.emptied(to=1)


async def test_under_tls_who_makes_room_hears_why(opened: Opened) -> None:
    house = await opened(tls=True, most_sessions=1)
    peer = await house.connect()
    await peer.say("EHLO client.test")
    await peer.start_tls()
    await peer.say("EHLO client.test")
    newcomer = await house.connect()
    assert (await peer.line()).startswith("421 4.3.2")
    assert (await newcomer.say("NOOP")).startswith("250")
    await house.emptied(to=1)


async def test_a_peer_that_does_not_read_is_cut_off_at_its_deadline(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(unproven=0.5))
    deaf = await house.connect()
    await deaf.push(b"EHLO x.test\r\n" * 9000, limit=64 << 20)
    await house.emptied()
