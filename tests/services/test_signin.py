"""Signing in: by which names, with which keys, and how often one may be wrong."""

import pytest

from fakes.makers import BOB, EVE, NOON
from fakes.offices import ANN, ANN_KEY, BEN_KEY, Office, an_office
from mailweir.model.account import AccountName, Grant, Scope, Session, key_hash
from mailweir.model.address import Host, Inbox
from mailweir.model.plan import Plan
from mailweir.model.run import Run
from mailweir.model.user import User, UserName
from mailweir.model.verdict import Verdict
from mailweir.ports.directory import Directory
from mailweir.services.signin import BY_NAME, BY_NETWORK, Login, SignIn

HERE, NEIGHBOUR, ELSEWHERE = "192.0.2.1", "192.0.2.99", "198.51.100.1"
WRONG = "k_" + "nobodyhasthiskey"


@pytest.fixture
def office() -> Office:
    return an_office()


@pytest.fixture
def signin(office: Office) -> SignIn:
    return office.signin()


def fail(signin: SignIn, times: int, *, name: str = "ann", ip: str = HERE) -> list[Login | Verdict]:
    return [signin.login(name, WRONG, ip) for _ in range(times)]


def is_in(signin: SignIn, name: str = "ann", ip: str = HERE) -> bool:
    return isinstance(signin.login(name, ANN_KEY, ip), Login)


@pytest.mark.parametrize(
    "name",
    [
        "ann",
        " Ann ",
        BOB,
        "Bob+shop@Inbox.test",
        "anybody@private.test",
        "anybody@PUBLIC.test",
        '"any body"@private.test',
    ],
)
def test_an_account_signs_in_by_its_name_its_addresses_and_its_domains(signin: SignIn, name: str) -> None:
    found = signin.login(name, ANN_KEY, HERE)
    assert isinstance(found, Login)
    assert (found.grant.account, found.digest) == (ANN, key_hash(ANN_KEY))


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("nobody", ANN_KEY),
        ("nobody", WRONG),
        ("ann", WRONG),
        ("ann", BEN_KEY),
        ("ben", ANN_KEY),
        (EVE, ANN_KEY),
        ("x@nobodys.test", ANN_KEY),
        ("x@below.private.test", ANN_KEY),
        ("private.test", ANN_KEY),
        ("@private.test", ANN_KEY),
        ("ann@", ANN_KEY),
        ("", ANN_KEY),
        ("ann", ""),
        ("ann", ANN_KEY.upper()),
        ("ann", f" {ANN_KEY}"),
        ("ann", "ann"),
        ("\x00", "\x00"),
        ("a" * 9000, "b" * 9000),
    ],
)
def test_everything_else_is_one_answer(signin: SignIn, name: str, password: str) -> None:
    assert signin.login(name, password, HERE) is Verdict.WRONG_LOGIN


class Asked:
    """A directory that remembers what it was asked."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.questions: list[str] = []

    def grant_of(self, digest: bytes) -> Grant | None:
        self.questions.append("grant")
        return self._directory.grant_of(digest)

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        self.questions.append("owner")
        return self._directory.owner_of(inbox)

    def reserver_of(self, inbox: Inbox) -> AccountName | None:
        return self._directory.reserver_of(inbox)

    def run_of(self, inbox: Inbox) -> Run | None:
        return self._directory.run_of(inbox)

    def holder_of(self, host: Host) -> AccountName | None:
        self.questions.append("holder")
        return self._directory.holder_of(host)

    def captures_private(self, account: AccountName) -> bool:
        self.questions.append("captures")
        return self._directory.captures_private(account)

    def session(self, digest: bytes) -> Session | None:
        self.questions.append("session")
        return self._directory.session(digest)

    def user(self, account: AccountName, name: UserName) -> User | None:
        self.questions.append("user")
        return self._directory.user(account, name)

    def plan_of(self, account: AccountName) -> Plan:
        self.questions.append("plan")
        return self._directory.plan_of(account)

    def refresh(self) -> None:
        self._directory.refresh()


@pytest.mark.parametrize(
    ("known", "unknown", "questions"),
    [("ann", "nobody", ["grant"]), (BOB, "x@nobodys.test", ["owner", "holder", "grant"])],
)
def test_who_is_wrong_costs_the_same_work_however_wrong(
    office: Office, known: str, unknown: str, questions: list[str]
) -> None:
    for name, password in ((unknown, ANN_KEY), (unknown, WRONG), (known, WRONG), (known, BEN_KEY)):
        asked = Asked(office.directory())
        SignIn(asked, office.passwords, office.clock).login(name, password, HERE)
        assert asked.questions == questions


@pytest.mark.parametrize(("expires", "good"), [(NOON - 1, False), (NOON, False), (NOON + 1, True)])
def test_a_key_that_has_expired_opens_nothing(
    office: Office,
    signin: SignIn,
    expires: int,
    good: bool,  # noqa: FBT001
) -> None:
    office.has_key(ANN, ANN_KEY, Scope(expires=expires))
    assert is_in(signin) is good
    assert (signin.by_key(ANN_KEY) is not None) is good
    assert signin.knows(ANN_KEY)


def test_a_key_that_only_reads_opens_nothing(office: Office, signin: SignIn) -> None:
    office.has_key(ANN, ANN_KEY, Scope(writes=False))
    assert signin.login("ann", ANN_KEY, HERE) is Verdict.WRONG_LOGIN
    assert signin.by_key(ANN_KEY) is None


def test_a_login_holds_until_its_key_stands_for_something_else(office: Office, signin: SignIn) -> None:
    office.has_key(ANN, ANN_KEY, Scope(expires=NOON + 1000))
    login = signin.login("ann", ANN_KEY, HERE)
    assert isinstance(login, Login)
    assert signin.holds(login)
    office.clock.advance(0.999)
    assert signin.holds(login)
    office.clock.advance(0.001)
    assert not signin.holds(login)
    office.has_key(ANN, ANN_KEY, Scope(place=BOB))
    assert not signin.holds(login)
    office.loses_key(ANN_KEY)
    assert not signin.holds(login)


def test_when_a_key_was_used_is_noted_and_nothing_of_a_wrong_one(office: Office, signin: SignIn) -> None:
    signin.login("ann", BEN_KEY, HERE)
    signin.login("ann", WRONG, HERE)
    assert signin.uses == {}
    login = signin.login("ann", ANN_KEY, HERE)
    assert isinstance(login, Login)
    assert signin.uses == {key_hash(ANN_KEY): NOON}
    office.clock.advance(5)
    signin.uses.clear()
    assert signin.holds(login)
    assert signin.uses == {key_hash(ANN_KEY): NOON + 5000}
    signin.uses.clear()
    office.loses_key(ANN_KEY)
    assert not signin.holds(login)
    assert signin.uses == {}


@pytest.mark.parametrize(("wrong", "good"), [(BY_NAME - 1, True), (BY_NAME, False), (BY_NAME + 1, False)])
def test_a_name_may_be_wrong_so_often_in_one_network(
    signin: SignIn,
    wrong: int,
    good: bool,  # noqa: FBT001
) -> None:
    answers = fail(signin, wrong)
    assert answers[:BY_NAME] == [Verdict.WRONG_LOGIN] * min(wrong, BY_NAME)
    assert answers[BY_NAME:] == [Verdict.TOO_MANY_WRONG] * max(wrong - BY_NAME, 0)
    assert is_in(signin) is good
    assert is_in(signin, ip=NEIGHBOUR) is good


def test_over_the_limit_a_right_password_is_refused_like_a_wrong_one(signin: SignIn) -> None:
    fail(signin, BY_NAME)
    assert signin.login("ann", ANN_KEY, HERE) is Verdict.TOO_MANY_WRONG
    assert signin.login("ann", WRONG, HERE) is Verdict.TOO_MANY_WRONG


def test_nobody_locks_an_account_out_from_elsewhere(signin: SignIn) -> None:
    for number in range(50):
        fail(signin, BY_NETWORK + 5, ip=f"203.0.{number}.9")
    assert is_in(signin)


def test_others_in_the_network_still_sign_in(signin: SignIn) -> None:
    fail(signin, BY_NAME + 5)
    assert isinstance(signin.login("ben", BEN_KEY, NEIGHBOUR), Login)


@pytest.mark.parametrize(
    ("wrong", "good"), [(BY_NETWORK - 1, True), (BY_NETWORK, False), (BY_NETWORK + 1, False)]
)
def test_a_network_may_be_wrong_so_often_whatever_the_names(
    signin: SignIn,
    wrong: int,
    good: bool,  # noqa: FBT001
) -> None:
    answers = [signin.login(f"name{number}", WRONG, HERE) for number in range(wrong)]
    assert answers[:BY_NETWORK] == [Verdict.WRONG_LOGIN] * min(wrong, BY_NETWORK)
    assert answers[BY_NETWORK:] == [Verdict.TOO_MANY_WRONG] * max(wrong - BY_NETWORK, 0)
    assert is_in(signin, ip=NEIGHBOUR) is good
    assert is_in(signin, ip=ELSEWHERE)


@pytest.mark.parametrize(
    "names",
    [["Ann", "ann", " ann"], ["bob@inbox.test", "Bob@INBOX.test", "bob+1@inbox.test", "bob+2@inbox.test"]],
)
def test_another_spelling_is_no_other_name(signin: SignIn, names: list[str]) -> None:
    for number in range(BY_NAME):
        signin.login(names[number % len(names)], WRONG, HERE)
    assert {signin.login(name, ANN_KEY, HERE) for name in names} == {Verdict.TOO_MANY_WRONG}


def test_an_unknown_name_is_counted_like_a_known_one(signin: SignIn) -> None:
    known, unknown = fail(signin, BY_NAME + 3), fail(signin, BY_NAME + 3, name="nobody", ip=ELSEWHERE)
    assert known == unknown


@pytest.mark.parametrize(("seconds", "good"), [(5.9, False), (6.0, True)])
def test_after_a_while_one_may_try_again(
    office: Office,
    signin: SignIn,
    seconds: float,
    good: bool,  # noqa: FBT001
) -> None:
    fail(signin, BY_NAME + 5)
    office.clock.advance(seconds)
    assert is_in(signin) is good


def test_a_right_password_costs_nothing(signin: SignIn) -> None:
    assert all(is_in(signin) for _ in range(10 * BY_NETWORK))
    assert (len(signin.names), len(signin.networks)) == (0, 0)
