"""Conversations at the submission door, each played at every cut, over accounts in memory."""

import asyncio
import base64
from collections.abc import Callable

import pytest

from dialogs.playing import Decide, check
from fakes.makers import BOB, NOON
from fakes.offices import ANN, ANN_KEY, BEN_KEY, Office, an_office
from fakes.smtp_house import ALTERNATES, CountingIds, HeldIntake
from mailweir.model.account import Scope
from mailweir.policy.admission import Hosts
from mailweir.ports.intake import Room
from mailweir.servers.smtp.submission import SubmissionDesk, SubmissionDoor
from mailweir.services.capture import Capture
from mailweir.services.reception import Reception
from mailweir.services.signin import BY_NAME
from mailweir.wire.smtp.events import Event
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules

RULES = Rules("mx.test", size_limit=1_000_000, strict=False, tls=True, auth=True)
FAR, NEAR = "192.0.2.1", "127.0.0.1"
WRONG = "k_" + "nobodyhasthiskey"


def plain(name: str, password: str, identity: str = "") -> str:
    return base64.b64encode(f"{identity}\0{name}\0{password}".encode()).decode()


RIGHT = plain("ann", ANN_KEY)


Furnish = Callable[[Office, HeldIntake], None]


def a_desk(ip: str, furnish: Furnish | None = None, *, for_all: bool = False) -> SubmissionDesk:
    """A desk for a peer at that address, in an office of its own."""
    office, intake = an_office(), HeldIntake()
    if furnish is not None:
        furnish(office, intake)
    hosts = Hosts(frozenset({"ours.test"}))
    reception = Reception(
        intake, office.directory(), office.clock, CountingIds(), hosts, ALTERNATES, "mx.test"
    )
    capture = Capture(reception, office.signin(), office.metering, for_all=for_all)
    return SubmissionDoor(capture, RULES).desk(ip)


def desks(ip: str, furnish: Furnish | None = None, *, for_all: bool = False) -> Callable[[], Decide]:
    def made() -> Decide:
        desk = a_desk(ip, furnish, for_all=for_all)

        def decide(event: Event) -> Reply | None:
            answer = desk.decide(event)
            assert not isinstance(answer, asyncio.Future), "only a password is waited for"
            return answer

        return decide

    return made


def rules(ip: str) -> Rules:
    return a_desk(ip).rules


def test_from_elsewhere_credentials_travel_under_tls_only() -> None:
    played = check(
        f"""
        C: HELO c.test
        S: 250 mx.test
        C: AUTH PLAIN {RIGHT}
        S: 538 5.7.11
        C: MAIL FROM:<a@x.test>
        S: 530 5.7.0
        C: RCPT TO:<b@far.test>
        S: 503 5.5.1
        C: DATA
        S: 503 5.5.1
        C: BDAT 3 LAST
        c: abc
        S: 503 5.5.1
        C: QUIT
        S: 221
        """,
        rules(FAR),
        desks(FAR),
    )
    assert played.closed
    assert b"AUTH" not in check("C: EHLO c\nS: 250-\n" + "S: 250-\n" * 8 + "S: 250 HELP", rules(FAR)).output


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.3.2.1", "::1"])
def test_on_this_machine_they_may_travel_in_the_clear(ip: str) -> None:
    check(
        f"""
        C: HELO c.test
        S: 250 mx.test
        C: AUTH PLAIN {RIGHT}
        S: 235 2.7.0
        C: MAIL FROM:<a@x.test>
        S: 250 2.1.0
        C: RCPT TO:<b@far.test>
        S: 250 2.1.5
        C: RCPT TO:<b@ours.test>
        S: 250 2.1.5
        C: RCPT TO:<postmaster>
        S: 250 2.1.5
        C: DATA
        S: 354
        C: .
        S: 250 2.0.0
        C: AUTH PLAIN {RIGHT}
        S: 503 5.5.1
        """,
        rules(ip),
        desks(ip),
    )


def test_login_and_plain_are_the_same() -> None:
    name, password = (base64.b64encode(text.encode()).decode() for text in ("ann", ANN_KEY))
    for script in (
        f"C: AUTH LOGIN\nS: 334\nC: {name}\nS: 334\nC: {password}\nS: 235 2.7.0",
        f"C: AUTH LOGIN {name}\nS: 334\nC: {password}\nS: 235 2.7.0",
        f"C: AUTH PLAIN\nS: 334 \nC: {RIGHT}\nS: 235 2.7.0",
        f"C: AUTH PLAIN {RIGHT}\nS: 235 2.7.0",
    ):
        check(f"C: HELO c\nS: 250 mx.test\n{script}\nC: MAIL FROM:<>\nS: 250 2.1.0", rules(NEAR), desks(NEAR))


@pytest.mark.parametrize(
    "credentials",
    [
        plain("nobody", ANN_KEY),
        plain("ann", WRONG),
        plain("ann", BEN_KEY),
        plain("eve@inbox.test", ANN_KEY),
        plain("ann", ANN_KEY, "ben"),
    ],
)
def test_who_is_wrong_hears_the_same_and_may_not_go_on(credentials: str) -> None:
    played = check(
        f"""
        C: HELO c.test
        S: 250 mx.test
        C: AUTH PLAIN {credentials}
        S: 535 5.7.8 Wrong user name or password
        C: MAIL FROM:<a@x.test>
        S: 530 5.7.0
        """,
        rules(NEAR),
        desks(NEAR),
    )
    assert played.replies[1] == "535 5.7.8 Wrong user name or password"


def test_whoever_acts_for_himself_says_so_or_does_not() -> None:
    check(
        f"C: HELO c\nS: 250 mx.test\nC: AUTH PLAIN {plain('ann', ANN_KEY, 'ann')}\nS: 235",
        rules(NEAR),
        desks(NEAR),
    )


def test_after_too_many_wrong_passwords_nobody_is_asked_for_another_one() -> None:
    wrong = f"C: AUTH PLAIN {plain('ann', WRONG)}\n"
    check(
        "C: HELO c.test\nS: 250 mx.test\n"
        + f"{wrong}S: 535 5.7.8\n" * BY_NAME
        + f"{wrong}S: 454 4.7.0\nC: AUTH PLAIN {RIGHT}\nS: 454 4.7.0\nC: NOOP\nS: 250 2.0.0",
        rules(NEAR),
        desks(NEAR),
    )


def test_whoever_goes_on_guessing_is_shown_the_door() -> None:
    wrong = f"C: AUTH PLAIN {plain('ann', WRONG)}\n"
    script = f"{wrong}S: 535 5.7.8\n" * BY_NAME + f"{wrong}S: 454 4.7.0\n" * 10 + f"{wrong}S: 421 4.7.0\n"
    assert check(f"C: HELO c.test\nS: 250 mx.test\n{script}", rules(NEAR), desks(NEAR)).closed


def test_a_key_for_one_place_is_told_so_at_each_recipient() -> None:
    check(
        f"""
        C: HELO c.test
        S: 250 mx.test
        C: AUTH PLAIN {RIGHT}
        S: 235
        C: MAIL FROM:<a@x.test>
        S: 250
        C: RCPT TO:<b@far.test>
        S: 550 5.7.1
        C: RCPT TO:<Bob+1@inbox.test>
        S: 250
        C: RCPT TO:<"bob@far.test"@inbox.test>
        S: 550 5.7.1
        """,
        rules(NEAR),
        desks(NEAR, lambda office, _: office.has_key(ANN, ANN_KEY, Scope(place=BOB))),
    )


@pytest.mark.parametrize("scope", [Scope(writes=False), Scope(expires=NOON)])
def test_a_key_that_may_not_capture_is_a_wrong_one(scope: Scope) -> None:
    furnished = desks(NEAR, lambda office, _: office.has_key(ANN, ANN_KEY, scope))
    check(f"C: HELO c\nS: 250 mx.test\nC: AUTH PLAIN {RIGHT}\nS: 535 5.7.8", rules(NEAR), furnished)


@pytest.mark.parametrize(("room", "answer"), [(Room.FULL, "452 4.3.1"), (Room.BROKEN, "451 4.3.0")])
def test_without_room_a_transaction_does_not_begin(room: Room, answer: str) -> None:
    def fill(_: Office, intake: HeldIntake) -> None:
        intake.its_room = room

    check(
        f"C: HELO c\nS: 250 mx.test\nC: AUTH PLAIN {RIGHT}\nS: 235\nC: MAIL FROM:<>\nS: {answer}",
        rules(NEAR),
        desks(NEAR, fill),
    )


def test_an_account_that_has_used_up_its_operations_is_told_so_before_the_message() -> None:
    def use_up(office: Office, _: HeldIntake) -> None:
        office.has_operations(ANN, 1)
        office.metering.charge(ANN)

    check(
        f"C: HELO c\nS: 250 mx.test\nC: AUTH PLAIN {RIGHT}\nS: 235\nC: MAIL FROM:<>\nS: 452 4.2.2",
        rules(NEAR),
        desks(NEAR, use_up),
    )


def test_at_home_nobody_has_to_sign_in_and_any_login_is_right() -> None:
    mail = "C: MAIL FROM:<a@x.test>\nS: 250\nC: RCPT TO:<b@far.test>\nS: 250\nC: DATA\nS: 354\nC: .\nS: 250\n"
    hello = "C: HELO c.test\nS: 250 mx.test\n"
    at_home = desks(FAR, for_all=True)
    check(hello + mail, rules(NEAR), at_home)
    for credentials in (plain("any", "thing"), plain("ann", WRONG), plain("a", "b", "c"), RIGHT):
        check(f"{hello}C: AUTH PLAIN {credentials}\nS: 235\n{mail}", rules(NEAR), at_home)


def test_at_home_a_key_that_reads_only_is_no_login() -> None:
    scope = Scope(writes=False)
    furnished = desks(NEAR, lambda office, _: office.has_key(ANN, ANN_KEY, scope), for_all=True)
    check(f"C: HELO c\nS: 250 mx.test\nC: AUTH PLAIN {RIGHT}\nS: 535 5.7.8", rules(NEAR), furnished)
