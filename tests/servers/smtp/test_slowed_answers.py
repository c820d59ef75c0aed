"""Answers that a door wants to be slow, peers that it does not welcome, and those that it dismisses."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from fakes.scripted_door import Scripting
from fakes.smtp_house import House, Peer
from mailweir.servers.smtp import rounds
from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.door import Slowed
from mailweir.servers.smtp.waits import LONGEST_HOLD, Holding, Holds
from mailweir.wire.smtp.events import Hello, Mail, Message, Recipient
from mailweir.wire.smtp.reply import Reply

ENVELOPE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n"
MESSAGE = ENVELOPE + b"Subject: hi\r\n\r\nthere\r\n.\r\n"
NO = Reply(450, "4.7.1", "Too much from you, try again in a minute")
NEVER = Reply(554, "5.7.1", "Banned", closes=True)
ENDLESS = 3600.0
Opened = Callable[..., Awaitable[House]]


async def greeted(house: House) -> Peer:
    peer = await house.connect()
    await peer.say("HELO client.test")
    return peer


@pytest.mark.parametrize(("event", "command"), [(Hello, "HELO c.test"), (Mail, "MAIL FROM:<a@x.test>")])
@pytest.mark.parametrize(("reply", "code"), [(None, "250"), (NO, "450 4.7.1")])
async def test_a_slowed_answer_comes_after_its_time(
    opened: Opened, scripting: Scripting, event: type, command: str, reply: Reply | None, code: str
) -> None:
    house = await opened(door=scripting)
    peer = await greeted(house)
    scripting.door.decisions[event] = Slowed(reply, 0.2)
    begun = time.monotonic()
    assert (await peer.say(command)).startswith(code)
    assert time.monotonic() - begun > 0.19  # uvloop looks at its clock once a turn
    assert house.listener.holds.now == 0


async def test_what_is_sent_behind_a_slowed_answer_waits_and_is_answered_in_order(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    scripting.door.decisions[Recipient] = Slowed(None, 0.2)
    peer = await greeted(house)
    await peer.send(ENVELOPE)
    assert await peer.code() == 250
    assert not await peer.hears_within(0.1)
    assert [await peer.code() for _ in range(2)] == [250, 354]


async def test_a_message_can_be_refused_at_its_end_at_once_or_slowly(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    peer = await greeted(house)
    for decision in (NO, Slowed(NO, 0.1)):
        scripting.door.decisions[Message] = decision
        await peer.send(MESSAGE)
        assert [await peer.code() for _ in range(4)] == [250, 250, 354, 450]
    del scripting.door.decisions[Message]
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]
    assert len(house.intake.deliveries) == 1


async def test_the_time_of_a_slowed_answer_is_not_counted_against_the_peer(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting, deadlines=Deadlines(command=0.3, unproven=0.3))
    scripting.door.decisions[Mail] = Slowed(None, 0.8)
    peer = await greeted(house)
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("250")
    await asyncio.sleep(0.15)
    assert (await peer.say("RSET")).startswith("250")


@pytest.mark.parametrize(("most", "held"), [(1, 0), (2, 1), (3, 2)])
async def test_beyond_the_most_that_are_held_a_good_answer_becomes_a_temporary_no(
    opened: Opened, scripting: Scripting, most: int, held: int
) -> None:
    house = await opened(door=scripting, most_held=most - 1)
    peers = [await greeted(house) for _ in range(most)]
    scripting.door.decisions[Mail] = Slowed(None, ENDLESS)
    for peer in peers[:held]:
        await peer.send(b"MAIL FROM:<a@x.test>\r\n")
        assert not await peer.hears_within(0.05)
    assert (await peers[held].say("MAIL FROM:<a@x.test>")).startswith("421 4.3.2")
    assert await peers[held].ended()
    assert house.listener.holds.now == held


async def test_beyond_the_most_that_are_held_a_bad_answer_comes_at_once(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting, most_held=0)
    peer = await greeted(house)
    scripting.door.decisions |= {Mail: Slowed(NO, ENDLESS), Message: Slowed(NO, ENDLESS)}
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("450")
    del scripting.door.decisions[Mail]
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 450]
    scripting.door.decisions[Message] = Slowed(None, ENDLESS)
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 451]


async def test_a_peer_that_leaves_gives_its_place_among_the_held_back(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    peer = await greeted(house)
    scripting.door.decisions[Mail] = Slowed(None, ENDLESS)
    await peer.send(b"MAIL FROM:<a@x.test>\r\n")
    assert not await peer.hears_within(0.1)
    assert house.listener.holds.now == 1
    peer.abort()
    await house.emptied()
    assert house.listener.holds.now == 0


async def test_a_drain_says_what_is_held_and_ends_the_session(opened: Opened, scripting: Scripting) -> None:
    house = await opened(door=scripting)
    peer = await greeted(house)
    scripting.door.decisions[Mail] = Slowed(NO, ENDLESS)
    await peer.send(b"MAIL FROM:<a@x.test>\r\n")
    assert not await peer.hears_within(0.1)
    await house.listener.drain(5.0)
    assert [await peer.code() for _ in range(2)] == [450, 421]
    assert await peer.ended()


async def test_nothing_is_held_longer_than_a_minute() -> None:
    loop = asyncio.get_running_loop()
    holds = Holds(1)
    assert holds.take()
    begun = loop.time()
    holding = Holding(None, ENDLESS, holds, lambda _wait, _answer: None)
    assert 0 < holding.ends - begun <= LONGEST_HOLD + 1
    holding.cancel()
    assert holds.now == 0


async def test_who_is_not_welcome_hears_why_in_place_of_the_greeting(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    scripting.door.unwelcome["127.0.0.1"] = NEVER
    peer = await house.connect(greeted=False)
    assert (await peer.line()).startswith("554 5.7.1")
    assert await peer.ended()
    await house.emptied()
    del scripting.door.unwelcome["127.0.0.1"]
    assert (await (await house.connect()).say("NOOP")).startswith("250")


async def test_it_is_who_a_balancer_names_that_is_welcome_or_not(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting, trusted=["127.0.0.0/8"])
    scripting.door.unwelcome["192.0.2.7"] = NEVER
    for number, code in ((6, 220), (7, 554)):
        peer = await house.connect(greeted=False)
        await peer.send(f"PROXY TCP4 192.0.2.{number} 192.0.2.25 4711 25\r\n".encode())
        assert await peer.code() == code


async def test_a_ban_ends_the_sessions_of_whom_it_hits_and_no_other(
    opened: Opened, scripting: Scripting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SLICE", 2)
    house = await opened(door=scripting, trusted=["127.0.0.0/8"])
    peers: list[Peer] = []
    for number in range(7):
        peers.append(await house.connect(greeted=False))
        await peers[-1].send(f"PROXY TCP4 192.0.2.{number} 192.0.2.25 4711 25\r\n".encode())
        assert await peers[-1].code() == 220
    banned = {f"192.0.2.{number}" for number in (0, 3, 6)}
    assert house.listener.dismiss(lambda ip: NEVER if ip in banned else None) == 7
    for number in (0, 3, 6):
        assert (await peers[number].line()).startswith("554 5.7.1")
        assert await peers[number].ended()
    for number in (1, 2, 4, 5):
        assert (await peers[number].say("NOOP")).startswith("250")


async def test_a_round_takes_a_slice_in_a_turn_of_the_loop(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SLICE", 2)
    house = await opened()
    for _ in range(5):
        await house.connect()
    asked: list[str] = []

    def why(ip: str) -> None:
        asked.append(ip)

    house.listener.dismiss(why)
    seen = [len(asked)]
    while len(asked) < 5:
        await asyncio.sleep(0)
        seen.append(len(asked))
    assert all(later - sooner <= 2 for sooner, later in pairwise(seen))
    assert seen[0] == 2


async def test_who_is_dismissed_while_his_message_is_kept_hears_that_first(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    house.intake.hold()
    peer = await greeted(house)
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    await house.intake.asked.wait()
    house.listener.dismiss(lambda _ip: NEVER)
    assert not await peer.hears_within(0.1)
    house.intake.release()
    assert [await peer.code() for _ in range(2)] == [250, 554]
    assert await peer.ended()


async def test_who_is_dismissed_while_his_answer_is_held_hears_only_why(
    opened: Opened, scripting: Scripting
) -> None:
    house = await opened(door=scripting)
    peer = await greeted(house)
    scripting.door.decisions[Mail] = Slowed(None, ENDLESS)
    await peer.send(b"MAIL FROM:<a@x.test>\r\n")
    assert not await peer.hears_within(0.1)
    house.listener.dismiss(lambda _ip: NEVER)
    assert await peer.code() == 554
    assert await peer.ended()
    assert house.listener.holds.now == 0
