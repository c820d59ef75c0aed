"""What the public door tells those whose mail is slowed, put off, or banned, on a real port."""

import random
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from fakes.floods import Stand, a_flood, a_mail, a_text
from fakes.smtp_house import House, Peer
from mailweir.model.ban import Kind, Name, Subject, Wish, network_name
from mailweir.model.ruling import Rule
from mailweir.policy.caps import Caps, Ceilings
from mailweir.policy.tiers import Tier
from mailweir.ports.intake import Room

SLOW = Tier(Rule.ADDRESS, 2.0, 2, 0.6)


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
async def house(opened: Callable[..., Awaitable[House]], stand: Stand) -> House:
    return await opened(throttling=stand.throttling)


async def begun(peer: Peer, sender: str = "a@b.test", recipient: str = "x@thing.test") -> str:
    """The reply to the recipient of a new transaction."""
    assert (await peer.say(f"MAIL FROM:<{sender}>")).startswith("250")
    return await peer.say(f"RCPT TO:<{recipient}>")


async def test_who_is_a_little_too_fast_waits_for_his_answer_and_gets_it(house: House, stand: Stand) -> None:
    stand.throttling.tiers.set(SLOW)
    peer = await house.connect()
    await peer.say("EHLO me.test")
    for _ in range(2):
        assert (await begun(peer)).startswith("250")
        await peer.say("RSET")
    await peer.say("MAIL FROM:<a@b.test>")
    await peer.send(b"RCPT TO:<x@thing.test>\r\n")
    assert not await peer.hears_within(0.2)
    assert stand.explained[-1].reply == ""


async def test_who_is_much_too_fast_is_told_when_to_try_again_with_a_code(house: House, stand: Stand) -> None:
    stand.throttling.tiers.set(Tier(Rule.ADDRESS, 2.0, 2, 0.0))
    peer = await house.connect()
    await peer.say("EHLO me.test")
    replies: list[str] = []
    for _ in range(3):
        replies.append(await begun(peer))
        await peer.say("RSET")
    code = stand.throttling.rulings.code(Rule.ADDRESS, "127.0.0.1")
    assert replies[-1] == f"451 4.7.1 Too many messages from your address; try again in 1 seconds [{code}]"
    (one,) = stand.explained
    assert (one.inbox, one.reply, one.hello) == ("x@thing.test", replies[-1], "me.test")


async def test_a_message_of_a_flood_is_put_off_after_its_content_and_taken_when_it_comes_back(
    house: House, stand: Stand
) -> None:
    flood = a_flood(random.Random(3), reply_to="<boss@evil.test>")
    for _ in range(200):
        stand.send(next(flood))
        stand.clock.advance(0.001)
    peer = await house.connect()
    await peer.say("EHLO me.test")
    content = a_mail({"From": "a@b.test", "Reply-To": "<boss@evil.test>"}, a_text(random.Random(4)))
    for answer in (
        "451 4.7.1 This looks like a flood that is under way; try again in 4 seconds [",
        "250 2.0.0",
    ):
        assert (await begun(peer)).startswith("250")
        assert (await peer.say("DATA")).startswith("354")
        await peer.send(content + b".\r\n")
        assert (await peer.line()).startswith(answer)
        stand.clock.advance(5.0)
    assert len(house.intake.deliveries) == 1


@pytest.mark.parametrize(
    ("kind", "name", "reply"),
    [
        ("domain", "b.test", "550 5.7.1 The sender's domain is on the blocklist of this server ["),
        ("sender", "a@b.test", "550 5.7.1 The sender is on the blocklist of this server ["),
        ("recipient", "x@thing.test", "550 5.7.1 This recipient is on the blocklist of this server ["),
        ("hello", "me.test", "550 5.7.1 The name in your greeting is on the blocklist of this server ["),
    ],
)
async def test_what_is_banned_is_told_so_at_its_recipient(
    house: House, stand: Stand, kind: Kind, name: Name, reply: str
) -> None:
    await stand.blocklist.put("block", [Subject(kind, name)], Wish(None, "tested", "tests"))
    peer = await house.connect()
    await peer.say("EHLO me.test")
    assert (await begun(peer)).startswith(reply)
    assert [(one.inbox, one.ruling.rule) for one in stand.explained] == [("x@thing.test", Rule.BAN)]


async def test_a_banned_address_is_greeted_with_its_ban_and_closed(house: House, stand: Stand) -> None:
    here = Subject("network", network_name(ip_network("127.0.0.0/24")))
    await stand.blocklist.put("block", [here], Wish(None, "tested", "tests"))
    peer = await house.connect(greeted=False)
    assert (await peer.line()).startswith("554 5.7.1 Your address is on the blocklist of this server [")
    assert await peer.ended()
    assert [(one.inbox, one.ruling.subject) for one in stand.explained] == [(None, "network 127.0.0.0/24")]


async def test_a_ban_for_a_while_is_a_temporary_reply_so_that_honest_mail_does_not_bounce(
    house: House, stand: Stand
) -> None:
    here = Subject("network", network_name(ip_network("127.0.0.1/32")))
    stand.blocklist.ban_now(here, seconds=600, reason="flooding", rule="address")
    peer = await house.connect(greeted=False)
    reply = await peer.line()
    assert reply.startswith(
        "421 4.7.1 Too many messages from your address, again and again; come back in 10 minutes"
    )


async def test_an_overloaded_store_puts_strangers_off_before_those_who_are_known(
    house: House,
) -> None:
    known = await house.connect()
    await known.say("EHLO known.test")
    assert (await begun(known)).startswith("250")
    await known.say("DATA")
    await known.send(b"Subject: x\r\n\r\nhello\r\n.\r\n")
    assert (await known.line()).startswith("250")
    stranger = await house.connect()
    await stranger.say("EHLO stranger.test")
    house.intake.its_backlog = house.intake.its_backlog._replace(waiting=620)
    assert (await begun(stranger)).startswith("451 4.3.2 More mail comes than can be kept just now")
    assert (await begun(known)).startswith("250")
    house.intake.its_backlog = house.intake.its_backlog._replace(waiting=5_000)
    await known.say("RSET")
    assert (await begun(known)).startswith("451 4.3.2")
    house.intake.its_room = Room.CALM


async def test_a_connection_too_many_is_counted_with_its_reply_and_its_address(
    opened: Callable[..., Awaitable[House]], stand: Stand
) -> None:
    caps = Caps(Ceilings(open=(1, 0, 0), new=(0, 0, 0)))
    house = await opened(throttling=stand.throttling, caps=caps)
    await house.connect()
    second = await house.connect(greeted=False)
    reply = await second.line()
    assert reply.startswith("421 4.7.0")
    (one,) = stand.explained
    assert (one.ruling.rule, one.ruling.subject, one.inbox, one.reply) == (
        Rule.CONNECTION,
        "127.0.0.1",
        None,
        reply,
    )
