"""Capturing: who may, for whom, and whose it is then."""

from collections.abc import Sequence

import pytest

from fakes.makers import BOB, EVE, NOON
from fakes.offices import ANN, ANN_KEY, BEN_KEY, Office, an_office
from fakes.quick import quick_passwords
from fakes.smtp_house import ALTERNATES, CountingIds, HeldIntake
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Address, Host
from mailweir.model.message import Peer
from mailweir.model.user import Role, User, UserName
from mailweir.model.verdict import Verdict
from mailweir.policy.admission import Hosts
from mailweir.ports.intake import Room
from mailweir.services.capture import Capture
from mailweir.services.reception import Reception, Transaction
from mailweir.services.signin import BY_NAME, Login

HERE = "192.0.2.1"
FAR = "customer@far.test"
WRONG = "k_" + "nobodyhasthiskey"


@pytest.fixture
def office() -> Office:
    return an_office()


@pytest.fixture
def intake() -> HeldIntake:
    return HeldIntake()


def capture(office: Office, intake: HeldIntake, *, for_all: bool = False) -> Capture:
    hosts = Hosts(frozenset({"ours.test"}))
    reception = Reception(
        intake, office.directory(), office.clock, CountingIds(), hosts, ALTERNATES, "mx.test"
    )
    return Capture(reception, office.signin(), office.metering, for_all=for_all)


def an_address(text: str) -> Address:
    address = Address.parse(text)
    assert address is not None
    return address


def signed_in(capturing: Capture, name: str = "ann", key: str = ANN_KEY) -> Login:
    login = capturing.sign_in(name, key, HERE)
    assert isinstance(login, Login)
    return login


async def savers(
    capturing: Capture, intake: HeldIntake, login: Login | None, *recipients: str
) -> Sequence[AccountName | None]:
    """For whom each recipient's copy is saved."""
    handed_in = Transaction(None, list(map(an_address, recipients)), b"", Peer(HERE, 1), "ESMTPSA")
    await capturing.deliver(handed_in, login).kept
    return [one.saved_by for one in intake.deliveries[-1].recipients]


async def test_what_an_account_captures_is_public_unless_it_says_otherwise(
    office: Office, intake: HeldIntake
) -> None:
    capturing = capture(office, intake)
    login = signed_in(capturing)
    assert await savers(capturing, intake, login, FAR) == [None]
    office.captures(ANN, private=True)
    assert await savers(capturing, intake, login, FAR) == [ANN]
    assert [one.inbox for one in intake.deliveries[-1].recipients] == [FAR]


async def test_nothing_is_saved_over_the_owner_of_an_inbox(office: Office, intake: HeldIntake) -> None:
    office.captures(ANN, private=True)
    capturing = capture(office, intake)
    recipients = [FAR, EVE, BOB, "x@private.test", "x@public.test"]
    expected = [ANN, None, None, None, ANN]
    assert await savers(capturing, intake, signed_in(capturing), *recipients) == expected


async def test_each_message_is_one_operation_of_the_account(office: Office, intake: HeldIntake) -> None:
    office.has_operations(ANN, 2)
    for capturing in (capture(office, intake), capture(office, intake, for_all=True)):
        login = signed_in(capturing)
        assert capturing.verdict_on_mail(login) is Verdict.ACCEPT
        await savers(capturing, intake, login, FAR, EVE)
    assert office.metering.used(ANN) == 2
    assert capturing.verdict_on_mail(login) is Verdict.OVER_QUOTA
    assert capturing.verdict_on_mail(None) is Verdict.ACCEPT
    assert capturing.verdict_on_mail(signed_in(capturing, "ben", BEN_KEY)) is Verdict.ACCEPT


async def test_what_nobody_captures_is_nobodys(office: Office, intake: HeldIntake) -> None:
    office.captures(ANN, private=True)
    assert await savers(capture(office, intake, for_all=True), intake, None, FAR, BOB) == [None, None]


@pytest.mark.parametrize("recipient", [FAR, "x@ours.test", EVE, BOB, "x@[127.0.0.1]", '"a@b"@far.test'])
def test_any_recipient_is_taken(office: Office, intake: HeldIntake, recipient: str) -> None:
    capturing = capture(office, intake)
    verdict = capturing.verdict_on_recipient(an_address(recipient), signed_in(capturing))
    assert verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("place", "within", "without"),
    [
        (BOB, ["bob@inbox.test", "Bob+1@INBOX.test"], [EVE, FAR, "bob@private.test"]),
        (Host("private.test"), ["x@private.test", "X+y@Private.test"], ["x@a.private.test", FAR, BOB]),
    ],
)
def test_a_key_for_one_place_captures_for_nobody_else(
    office: Office, intake: HeldIntake, place: Host, within: list[str], without: list[str]
) -> None:
    office.has_key(ANN, ANN_KEY, Scope(place=place))
    for capturing in (capture(office, intake), capture(office, intake, for_all=True)):
        login = signed_in(capturing)
        verdicts = [capturing.verdict_on_recipient(an_address(each), login) for each in within]
        assert set(verdicts) == {Verdict.ACCEPT}
        verdicts = [capturing.verdict_on_recipient(an_address(each), login) for each in without]
        assert set(verdicts) == {Verdict.ELSEWHERE}


def test_nobody_captures_without_signing_in(office: Office, intake: HeldIntake) -> None:
    assert capture(office, intake).verdict_on_mail(None) is Verdict.SIGN_IN_FIRST
    assert capture(office, intake, for_all=True).verdict_on_mail(None) is Verdict.ACCEPT


@pytest.mark.parametrize("for_all", [False, True])
def test_a_login_ends_with_its_key(office: Office, intake: HeldIntake, for_all: bool) -> None:  # noqa: FBT001
    capturing = capture(office, intake, for_all=for_all)
    login = signed_in(capturing)
    assert capturing.verdict_on_mail(login) is Verdict.ACCEPT
    office.loses_key(ANN_KEY)
    assert capturing.verdict_on_mail(login) is Verdict.SIGNED_OUT


@pytest.mark.parametrize(
    ("room", "verdict"), [(Room.FULL, Verdict.STORE_FULL), (Room.BROKEN, Verdict.STORE_AWAY)]
)
def test_without_room_nothing_is_captured(
    office: Office, intake: HeldIntake, room: Room, verdict: Verdict
) -> None:
    capturing = capture(office, intake)
    login = signed_in(capturing)
    intake.its_room = room
    assert capturing.verdict_on_mail(login) is verdict
    assert capture(office, intake, for_all=True).verdict_on_mail(None) is verdict


@pytest.mark.parametrize(
    ("name", "password"), [("any", "thing"), ("ann", "thing"), ("", ""), ("ann", WRONG), (BOB, "secret")]
)
def test_at_home_any_login_is_right_and_is_nobodys(
    office: Office, intake: HeldIntake, name: str, password: str
) -> None:
    capturing = capture(office, intake, for_all=True)
    answers = {capturing.sign_in(name, password, "127.0.0.1") for _ in range(100)}
    assert answers == {Verdict.ACCEPT}


@pytest.mark.parametrize("name", ["ann", "any", "ben", EVE, ""])
def test_at_home_a_real_key_captures_for_its_account_by_any_name(
    office: Office, intake: HeldIntake, name: str
) -> None:
    capturing = capture(office, intake, for_all=True)
    assert signed_in(capturing, name).grant.account == ANN


@pytest.mark.parametrize("scope", [Scope(writes=False), Scope(expires=NOON)])
def test_at_home_a_key_that_captures_nothing_is_not_taken_for_any_password(
    office: Office, intake: HeldIntake, scope: Scope
) -> None:
    office.has_key(ANN, ANN_KEY, scope)
    assert capture(office, intake, for_all=True).sign_in("ann", ANN_KEY, HERE) is Verdict.WRONG_LOGIN


def test_away_from_home_name_and_key_belong_together(office: Office, intake: HeldIntake) -> None:
    capturing = capture(office, intake)
    for name, key in (("any", ANN_KEY), ("ben", ANN_KEY), ("ann", BEN_KEY), ("any", "thing")):
        assert capturing.sign_in(name, key, HERE) is Verdict.WRONG_LOGIN


PASSWORD = "correct horse battery staple"


@pytest.mark.parametrize("why", ["busy", "codes", "wrong", "often"])
async def test_on_a_laptop_a_known_user_is_not_taken_for_anybody(office: Office, why: str) -> None:
    """His mail was captured publicly then, though his account keeps it private."""
    office.captures(ANN, private=True)
    hashed = await office.passwords.hashed(PASSWORD)
    user = User(ANN, UserName("ann"), Role.ROOT, NOON, b"c", hashed, "A" * 32 if why == "codes" else None)
    office.registry.users[ANN, user.name] = user
    if why == "busy":
        office.passwords = quick_passwords(waiting=-2)
    capturing = capture(office, HeldIntake(), for_all=True)
    assert capturing.weighs("ann", PASSWORD)
    assert not capturing.weighs("nobody", PASSWORD)
    given = PASSWORD if why in {"busy", "codes"} else "wrong"
    found = [
        await capturing.sign_in_by_password("ann", f"{given}{number}" if why == "often" else given, HERE)
        for number in range(BY_NAME + 1 if why == "often" else 1)
    ]
    expected = {"busy": Verdict.BUSY, "often": Verdict.TOO_MANY_WRONG}
    assert found[-1] is expected.get(why, Verdict.WRONG_LOGIN)
