"""The submission door over real sockets: who the peer is, TLS, and what becomes of a login."""

import asyncio
import base64
import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fakes.makers import BOB, EVE, NOON
from fakes.offices import ANN, ANN_KEY, BEN_KEY, Office, an_office
from fakes.quick import quick_passwords
from fakes.smtp_house import House, a_house
from mailweir.model.user import Role, User, UserName
from mailweir.services.signin import BY_NAME

MESSAGE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<c@far.test>\r\nDATA\r\nSubject: hi\r\n\r\nthere\r\n.\r\n"
HELLO = "EHLO client.test"
Opened = Callable[..., Awaitable[House]]


def plain(name: str, password: str) -> str:
    return "AUTH PLAIN " + base64.b64encode(f"\0{name}\0{password}".encode()).decode()


RIGHT, WRONG = plain("ann", ANN_KEY), plain("ann", "k_" + "nobodyhasthiskey")


@pytest.fixture
def office() -> Office:
    return an_office()


@pytest.fixture
async def opened(tmp_path: Path, office: Office) -> AsyncIterator[Opened]:
    houses: list[House] = []

    async def open_house(**choices: object) -> House:
        house = await a_house(tmp_path, accounts=office.registry, tls=True, **choices)
        houses.append(house)
        return house

    yield open_house
    for house in houses:
        await house.close()


async def test_an_application_signs_in_and_its_mail_is_captured(opened: Opened, office: Office) -> None:
    office.captures(ANN, private=True)
    house = await opened(base_domains=frozenset({"ours.test"}))
    await asyncio.to_thread(_login_and_send, house.port)
    (delivery,) = house.intake.deliveries
    assert {one.inbox: one.saved_by for one in delivery.recipients} == {"customer@far.test": ANN, EVE: None}
    assert b"with ESMTPA id" in delivery.raw


def _login_and_send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.login("ann", ANN_KEY)
        assert client.sendmail("shop@x.test", ["customer@far.test", EVE], "Subject: x\n\ny\n") == {}


async def test_who_does_not_sign_in_hands_nothing_in(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.say(HELLO)
    await peer.send(MESSAGE[: MESSAGE.index(b"Subject")])
    assert [await peer.code() for _ in range(3)] == [530, 503, 503]
    assert house.intake.deliveries == []


async def test_a_peer_behind_a_balancer_is_not_on_this_machine(opened: Opened) -> None:
    house = await opened(trusted=["127.0.0.0/8"])
    peer = await house.connect(greeted=False)
    await peer.send(b"PROXY TCP4 192.0.2.7 192.0.2.25 4711 587\r\n")
    assert await peer.code() == 220
    offered = await peer.lines(HELLO)
    assert "250-STARTTLS" in offered
    assert not any("AUTH" in line for line in offered)
    assert (await peer.say(RIGHT)).startswith("538 5.7.11")
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("530 5.7.0")
    await peer.start_tls()
    assert "250-AUTH PLAIN LOGIN" in await peer.lines(HELLO)
    assert (await peer.say(RIGHT)).startswith("235")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]
    (delivery,) = house.intake.deliveries
    assert delivery.peer.ip == "192.0.2.7"
    assert b"with ESMTPSA id" in delivery.raw


async def test_a_login_in_the_clear_does_not_survive_tls(opened: Opened) -> None:
    house = await opened()
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(RIGHT)).startswith("235")
    await peer.start_tls()
    await peer.say(HELLO)
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("530 5.7.0")
    assert (await peer.say(RIGHT)).startswith("235")
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("250")


@pytest.mark.parametrize("any_login", [False, True])
async def test_a_revoked_key_ends_its_sessions_before_their_next_message(
    opened: Opened,
    office: Office,
    any_login: bool,  # noqa: FBT001
) -> None:
    house = await opened(any_login=any_login)
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(RIGHT)).startswith("235")
    await peer.send(MESSAGE)
    assert [await peer.code() for _ in range(4)] == [250, 250, 354, 250]
    office.loses_key(ANN_KEY)
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("421 4.7.0")
    assert await peer.ended()
    assert len(house.intake.deliveries) == 1


async def test_wrong_passwords_are_counted_by_the_real_peer_and_by_name(opened: Opened) -> None:
    house = await opened(trusted=["127.0.0.0/8"])

    async def answer(ip: str, credentials: str) -> str:
        peer = await house.connect(greeted=False)
        await peer.send(f"PROXY TCP4 {ip} 192.0.2.25 4711 587\r\n".encode())
        assert await peer.code() == 220
        await peer.say(HELLO)
        await peer.start_tls()
        await peer.say(HELLO)
        said = await peer.say(credentials)
        peer.abort()
        return said[:9]

    wrong = [await answer(f"192.0.2.{number}", WRONG) for number in range(BY_NAME + 2)]
    assert wrong == ["535 5.7.8"] * BY_NAME + ["454 4.7.0"] * 2
    assert await answer("192.0.2.200", RIGHT) == "454 4.7.0"
    assert await answer("192.0.2.200", plain("ben", BEN_KEY)) == "235 2.7.0"
    assert await answer("198.51.100.1", RIGHT) == "235 2.7.0"


PASSWORD = "correct horse battery staple"


async def has_user(office: Office, name: str = "ann", totp: str | None = None) -> None:
    hashed = await office.passwords.hashed(PASSWORD)
    user = User(ANN, UserName(name), Role.MEMBER, NOON, name.encode(), hashed, totp)
    office.registry.users[ANN, user.name] = user


@pytest.mark.parametrize(("name", "user"), [("ann", "ann"), ("ann/bob", "bob"), (BOB, "ann")])
async def test_people_sign_in_by_a_password_and_what_they_send_at_once_is_kept(
    opened: Opened, office: Office, name: str, user: str
) -> None:
    await has_user(office, user)
    office.captures(ANN, private=True)
    house = await opened()
    peer = await house.connect()
    await peer.say(HELLO)
    await peer.send(f"{plain(name, PASSWORD)}\r\n".encode() + MESSAGE)  # before it is answered
    assert [await peer.code() for _ in range(5)] == [235, 250, 250, 354, 250]
    (delivery,) = house.intake.deliveries
    assert [one.saved_by for one in delivery.recipients] == [ANN]


async def test_a_wrong_password_is_refused_and_slowed(opened: Opened, office: Office) -> None:
    await has_user(office)
    house = await opened()
    codes: list[int] = []
    for _ in range(BY_NAME + 1):
        peer = await house.connect()
        await peer.say(HELLO)
        codes.append(int((await peer.say(plain("ann", "wrong password")))[:3]))
    assert codes == [535] * BY_NAME + [454]


async def test_who_uses_one_time_codes_needs_a_key_here(opened: Opened, office: Office) -> None:
    await has_user(office, totp="A" * 32)
    house = await opened()
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(plain("ann", PASSWORD))).startswith("535")
    assert (await peer.say(RIGHT)).startswith("235")


async def test_a_session_ends_with_the_password_that_it_began_by(opened: Opened, office: Office) -> None:
    await has_user(office)
    house = await opened()
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(plain("ann", PASSWORD))).startswith("235")
    office.registry.users.clear()
    assert (await peer.say("MAIL FROM:<a@x.test>")).startswith("421")


async def test_a_peer_that_goes_away_while_its_password_is_looked_at_harms_nobody(
    opened: Opened, office: Office
) -> None:
    await has_user(office)
    house = await opened()
    for _ in range(5):
        peer = await house.connect()
        await peer.say(HELLO)
        await peer.send(f"{plain('ann', 'wrong password')}\r\n".encode())
        peer.abort()
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(RIGHT)).startswith("235")


async def test_when_too_many_sign_in_at_once_some_are_told_to_come_again(
    opened: Opened, office: Office
) -> None:
    await has_user(office)
    house = await opened(passwords=quick_passwords(waiting=-2))  # none at all
    peer = await house.connect()
    await peer.say(HELLO)
    assert (await peer.say(plain("ann", PASSWORD))).startswith("454")
    assert (await peer.say(RIGHT)).startswith("235")
