"""The public door over real sockets, on uvloop and on plain asyncio alike."""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fakes.smtp_house import ALTERNATES, House
from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room
from mailweir.servers.smtp.deadlines import Deadlines

MESSAGE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<Bob+tag@Y.test>\r\nDATA\r\nSubject: hi\r\n\r\nthere\r\n.\r\n"
Opened = Callable[..., Awaitable[House]]


async def test_a_message_is_kept_before_it_is_acknowledged(opened: Opened) -> None:
    house = await opened()
    house.intake.hold()
    peer = await house.connect()
    await peer.say("EHLO client.test")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    await house.intake.asked.wait()
    assert not await peer.hears_within(0.05)
    house.intake.release()
    line = await peer.line()
    delivery = house.intake.deliveries[0]
    assert line == f"250 2.0.0 OK: queued as {delivery.id}"
    assert delivery.recipients[0].inbox == "bob@y.test"
    assert delivery.recipients[0].original == "Bob+tag@Y.test"
    assert delivery.raw.endswith(b"\r\nSubject: hi\r\n\r\nthere\r\n")
    head = delivery.raw.decode()
    assert head.startswith(
        "Return-Path: <a@x.test>\r\nReceived: from client.test ([127.0.0.1])\r\n\tby mx.test with ESMTP id "
    )
    assert "\r\n\tfor <Bob+tag@Y.test>;\r\n" in head


async def test_mail_to_an_alternate_lands_in_the_inbox_that_it_hides(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    alternate = ALTERNATES.of(Inbox("bob@y.test"))
    await peer.say("HELO client.test")
    await peer.send(MESSAGE.replace(b"Bob+tag@Y.test", f"{alternate}".encode()))
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]
    (recipient,) = house.intake.deliveries[0].recipients
    assert (recipient.inbox, recipient.original) == ("bob@y.test", alternate)


async def test_pipelined_messages_are_answered_in_order(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(MESSAGE * 20 + b"QUIT\r\n")
    codes = [await peer.code() for _ in range(81)]
    assert codes == [250, 250, 354, 250] * 20 + [221]
    assert await peer.ended()
    assert len(house.intake.deliveries) == 20


async def test_what_cannot_be_kept_is_answered_451_and_the_session_goes_on(opened: Opened) -> None:
    house = await opened()
    house.intake.fail(UnavailableError("disk"))
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 451]
    house.intake.fail(UnavailableError("disk", full=True))
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 452]
    house.intake.fail(None)
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]


@pytest.mark.parametrize(("room", "answer"), [(Room.FULL, "452 4.3.1"), (Room.BROKEN, "451 4.3.0")])
async def test_without_room_a_transaction_does_not_begin(opened: Opened, room: Room, answer: str) -> None:
    house = await opened()
    house.intake.its_room = room
    peer = await house.connect()
    await peer.say("HELO client.test")
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith(answer)


async def test_past_the_first_watermark_answers_come_slowly(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(hesitation=0.2))
    house.intake.its_room = Room.SLOW
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    assert not await peer.hears_within(0.1)
    assert await peer.code() == 250


@pytest.mark.parametrize("written", ["*@Y.test", "*+tag@y.test", '"*"@y.test'])
async def test_mail_to_a_catch_all_itself_is_kept_under_its_name(opened: Opened, written: str) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(MESSAGE.replace(b"Bob+tag@Y.test", written.encode()))
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]
    (recipient,) = house.intake.deliveries[0].recipients
    assert recipient.inbox == "*@y.test"


async def test_mail_for_other_hosts_is_refused_when_there_are_base_domains(opened: Opened) -> None:
    house = await opened(base_domains=frozenset({"ours.test"}))
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.say("MAIL FROM:<a@x.test>")
    assert (await peer.say("RCPT TO:<a@theirs.test>")).startswith("550 5.7.1")
    assert (await peer.say("RCPT TO:<a@not-ours.test>")).startswith("550 5.7.1")
    assert (await peer.say("RCPT TO:<a@OURS.test>")).startswith("250 2.1.5")
    assert (await peer.say("RCPT TO:<a@deep.below.ours.test>")).startswith("250 2.1.5")


async def test_any_login_is_taken_where_the_profile_says_so(opened: Opened) -> None:
    house = await opened(any_login=True)
    await asyncio.to_thread(_login_and_send, house.port)
    assert b"with ESMTPA id" in house.intake.deliveries[0].raw


def _login_and_send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.login("any", "thing")
        client.sendmail("a@x.test", ["b@y.test"], "Subject: x\n\ny\n")


async def test_starttls_protects_what_follows(opened: Opened) -> None:
    house = await opened(tls=True)
    await asyncio.to_thread(_send_over_tls, house)
    assert b"with ESMTPS id" in house.intake.deliveries[0].raw
    assert house.intake.deliveries[0].peer.tls


def _send_over_tls(house: House) -> None:
    trust = ssl.create_default_context(cafile=house.certificate)
    with smtplib.SMTP("127.0.0.1", house.port, local_hostname="client.test") as client:
        client._host = "mx.test"  # pyright: ignore[reportAttributeAccessIssue]  # the certificate's name
        client.starttls(context=trust)
        client.sendmail("a@x.test", ["b@y.test"], "Subject: x\n\ny\n")


async def test_nothing_is_injected_through_starttls(opened: Opened) -> None:
    house = await opened(tls=True)
    peer = await house.connect()
    await peer.say("EHLO client.test")
    await peer.send(b"STARTTLS\r\n" + MESSAGE)
    assert await peer.code() == 220
    await peer.gone()
    assert house.intake.deliveries == []


async def test_a_handshake_that_fails_leaves_no_session_behind(opened: Opened) -> None:
    house = await opened(tls=True)
    peer = await house.connect()
    await peer.say("EHLO client.test")
    await peer.send(b"STARTTLS\r\n")
    assert await peer.code() == 220
    await peer.send(b"this is no handshake\r\n")
    await peer.gone()
    await house.emptied()


async def test_a_command_has_one_deadline_however_it_trickles(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(unproven=0.3))
    peer = await house.connect()
    ended = asyncio.create_task(peer.gone())
    for octet in b"EHLO client.test" * 10:
        await asyncio.wait([ended], timeout=0.1)
        if ended.done():
            break
        with contextlib.suppress(ConnectionError):  # closed with an octet of ours unread
            await peer.send(bytes([octet]))
    assert ended.done()


async def test_who_says_nothing_is_told_why_it_ends(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(unproven=0.2))
    peer = await house.connect()
    assert (await peer.line()).startswith("421 4.4.2")
    assert await peer.ended()


async def test_content_has_a_floor_under_its_rate(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(content=0.2, floor=1000))
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n")
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    await peer.send(b"x" * 100)
    assert (await peer.line()).startswith("421 4.4.2")


async def test_a_steady_sender_may_take_longer_than_the_first_allowance(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(content=1.0, floor=1000))
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n")
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    for _ in range(12):
        await peer.send(b"x" * 998 + b"\r\n")
        await asyncio.sleep(0.2)
    await peer.send(b".\r\n")
    assert await peer.code() == 250


async def test_a_delivery_that_takes_too_long_is_answered_451_once(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(delivery=0.2))
    house.intake.hold()
    peer = await house.connect()
    await peer.say("HELO client.test")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 451]
    house.intake.release()
    assert (await peer.say("NOOP")).startswith("250 2.0.0 OK")


async def test_a_slow_message_leaves_the_store_its_whole_time(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(content=5.0, delivery=1.0))
    house.intake.hold()
    peer = await house.connect()
    await peer.say("HELO client.test")
    head, tail = MESSAGE[:-3], MESSAGE[-3:]
    await peer.send(head)
    assert [await peer.code() for _ in range(3)] == [250, 250, 354]
    await asyncio.sleep(1.1)  # longer than the store may take
    await peer.send(tail)
    assert not await peer.hears_within(0.4)
    house.intake.release()
    assert await peer.code() == 250


async def test_a_session_ends_after_its_time_and_not_amid_a_message(opened: Opened) -> None:
    house = await opened(deadlines=Deadlines(session=0.3))
    idle, busy = await house.connect(), await house.connect()
    await busy.say("HELO client.test")
    house.intake.hold()
    await busy.send(MESSAGE)
    assert [await busy.code() for _ in range(3)] == [250, 250, 354]
    await house.intake.asked.wait()
    assert (await idle.line()).startswith("421 4.4.2")
    assert await idle.ended()
    house.intake.release()
    assert [await busy.code() for _ in range(2)] == [250, 421]
    assert await busy.ended()


async def test_a_peer_that_closes_its_side_after_the_last_dot_still_hears_the_answer(opened: Opened) -> None:
    house = await opened()
    house.intake.hold()
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    peer.shut()
    await house.intake.asked.wait()
    house.intake.release()
    assert [await peer.code() for _ in range(5)] == [250, 250, 250, 354, 250]
    assert await peer.ended()


async def test_a_peer_that_leaves_during_delivery_leaves_its_message(opened: Opened) -> None:
    house = await opened()
    house.intake.hold()
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    await house.intake.asked.wait()
    peer.abort()
    house.intake.release()
    await house.emptied()
    assert len(house.intake.deliveries) == 1


async def test_a_message_without_its_end_is_never_kept(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE[:-5])
    peer.abort()
    await house.emptied()
    assert house.intake.deliveries == []


async def test_a_peer_that_talks_on_while_it_waits_is_not_listened_to_without_end(opened: Opened) -> None:
    house = await opened()
    house.intake.hold()
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    await house.intake.asked.wait()
    sent = await peer.push(b"NOOP x\r\n" * 8192, limit=64 * 1024 * 1024)
    assert sent < 32 * 1024 * 1024
    house.intake.release()


async def test_draining_ends_the_idle_at_once_and_the_busy_after_their_message(opened: Opened) -> None:
    house = await opened()
    house.intake.hold()
    idle, busy = await house.connect(), await house.connect()
    await busy.send(b"HELO client.test\r\n" + MESSAGE)
    await house.intake.asked.wait()
    draining = asyncio.create_task(house.listener.drain(5.0))
    assert (await idle.line()).startswith("421 4.3.2")
    house.intake.release()
    assert [await busy.code() for _ in range(6)] == [250, 250, 250, 354, 250, 421]
    await draining
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", house.port), timeout=2)


async def test_draining_waits_no_longer_than_it_was_told(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.send(b"HELO c\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nhalf")
    assert [await peer.code() for _ in range(4)] == [250, 250, 250, 354]
    await house.listener.drain(0.2)
    await peer.gone()


async def test_a_trusted_balancer_names_the_peer_and_others_may_not(opened: Opened) -> None:
    house = await opened(trusted=["127.0.0.0/8"])
    peer = await house.connect(greeted=False)
    await peer.send(b"PROXY TCP4 192.0.2.7 192.0.2.25 4711 25\r\n")
    assert await peer.code() == 220
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    assert [await peer.code() for _ in range(5)] == [250, 250, 250, 354, 250]
    assert (house.intake.deliveries[0].peer.ip, house.intake.deliveries[0].peer.via) == (
        "192.0.2.7",
        "192.0.2.25",
    )
    mute = await house.connect(greeted=False)
    await mute.send(b"EHLO no.header.test\r\n")
    await mute.gone()
    stranger = await opened()
    peer = await stranger.connect()
    assert (await peer.say("PROXY TCP4 192.0.2.7 192.0.2.25 4711 25")).startswith("500")


async def test_ipv6_peers_are_served(opened: Opened) -> None:
    house = await opened(host="::1")
    peer = await house.connect()
    await peer.send(b"HELO client.test\r\n" + MESSAGE)
    assert [await peer.code() for _ in range(5)] == [250, 250, 250, 354, 250]
    assert house.intake.deliveries[0].peer.ip == "::1"
    assert b"([IPv6:::1])" in house.intake.deliveries[0].raw


async def test_a_new_certificate_serves_new_sessions(opened: Opened, tmp_path: Path) -> None:
    house = await opened(tls=True)
    before = await asyncio.to_thread(_certificate, house)
    house.renew_certificate(tmp_path / "again")
    after = await asyncio.to_thread(_certificate, house)
    assert before != after


def _certificate(house: House) -> bytes:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", house.port) as client:
        client.starttls(context=unchecked)
        assert isinstance(client.sock, ssl.SSLSocket)
        found = client.sock.getpeercert(binary_form=True)
    assert found
    return found
