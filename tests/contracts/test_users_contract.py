"""What every store of users does, and what every directory knows of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakes.makers import NOON, HandClock
from mailweir.adapters.memory import users as memory_users
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.memory.users import MemoryUsers
from mailweir.adapters.sqlite import user_queries
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.sqlite.users import SqliteUsers
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName, Grant, NewKey, Scope, Session, key_hash, session_id
from mailweir.model.address import Inbox
from mailweir.model.user import OPERATOR, Act, Entry, Role, Traits, User, UserName
from mailweir.ports.accounts import Accounts, TooManyError, UnknownAccountError
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError
from mailweir.ports.users import BY_ACTOR, JOURNAL, RESETS, Users

ANN, BEN = AccountName("ann"), AccountName("ben")
ROOT, BOB = UserName("ann"), UserName("bob")
ONE, TWO, TOKEN = key_hash("one"), key_hash("two"), key_hash("token")
LATER = NOON + 60_000


@dataclass(frozen=True, slots=True)
class Office:
    accounts: Accounts
    users: Users
    directory: Directory
    clock: HandClock

    def knows(self) -> Directory:
        self.directory.refresh()
        return self.directory


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    if request.param == "memory":
        registry = Registry()
        made = Office(
            MemoryAccounts(registry, clock),
            MemoryUsers(registry, clock),
            MemoryDirectory(registry),
            clock,
        )
        await made.accounts.add(ANN, NewKey("first", key_hash("k"), "k"))
        await made.accounts.add(BEN)
        yield made
        return
    prepare(tmp_path, SystemClock())
    accounts, users = SqliteAccounts(tmp_path, clock), SqliteUsers(tmp_path, clock)
    directory = SqliteDirectory(tmp_path)
    await accounts.add(ANN, NewKey("first", key_hash("k"), "k"))
    await accounts.add(BEN)
    yield Office(accounts, users, directory, clock)
    await accounts.close()
    await users.close()
    directory.close()


def somebody(name: UserName = BOB, credential: bytes = ONE, role: Role = Role.MEMBER) -> User:
    return User(ANN, name, role, NOON, credential, "$hash")


async def test_who_was_added_is_known_by_name_and_by_what_he_signs_in_by(office: Office) -> None:
    bob = somebody()
    await office.users.add(bob, most=9)
    assert await office.users.user(ANN, BOB) == bob
    assert await office.users.users(ANN) == [bob]
    assert await office.users.users(BEN) == []
    known = office.knows()
    assert known.user(ANN, BOB) == bob
    assert known.user(BEN, BOB) is None
    assert known.grant_of(ONE) == Grant(ANN, "", Scope(manages=False), BOB)


async def test_an_account_has_one_of_a_name_and_no_more_than_it_may(office: Office) -> None:
    await office.users.add(somebody(), most=2)
    with pytest.raises(ConflictError):
        await office.users.add(somebody(credential=TWO), most=2)
    await office.users.add(somebody(ROOT, TWO), most=2)
    with pytest.raises(TooManyError) as refused:
        await office.users.add(somebody(UserName("cat"), TOKEN), most=2)
    assert refused.value.most == 2
    with pytest.raises(UnknownAccountError):
        await office.users.add(User(AccountName("nobody"), BOB, Role.ROOT, NOON, TOKEN), most=2)
    assert [one.name for one in await office.users.users(ANN)] == [ROOT, BOB]


async def test_traits_change_and_the_directory_learns_it(office: Office) -> None:
    await office.users.add(somebody(), most=9)
    office.knows()
    wanted = Traits(Role.ROOT, elevates=True, mail=Inbox("b@x.test"), identity="bob@corp.test")
    changed = await office.users.change(ANN, BOB, lambda _: wanted)
    assert changed is not None
    assert changed.traits == wanted
    assert office.knows().user(ANN, BOB) == changed
    assert office.knows().grant_of(ONE) == Grant(ANN, "", Scope(), BOB)
    assert await office.users.change(ANN, UserName("nobody"), lambda has: has) is None


async def test_another_password_ends_sessions_and_links_of_the_former_one(office: Office) -> None:
    users, accounts = office.users, office.accounts
    await users.add(somebody(), most=9)
    await accounts.begin_session(TOKEN, Session(ONE, LATER), most=9)
    assert await users.begin_reset(ANN, BOB, TWO, LATER)
    assert office.knows().session(TOKEN) is not None
    changed = await users.set_password(ANN, BOB, "$other", TWO)
    assert changed is not None
    assert (changed.password, changed.credential) == ("$other", TWO)
    known = office.knows()
    assert (known.session(TOKEN), known.grant_of(ONE)) == (None, None)
    assert known.grant_of(TWO) == Grant(ANN, "", Scope(manages=False), BOB)
    assert known.user(ANN, BOB) == changed
    assert await users.reset_of(TWO) is None
    with pytest.raises(ConflictError):
        await accounts.begin_session(TOKEN, Session(ONE, LATER), most=9)
    assert await users.set_password(ANN, UserName("nobody"), "$x", TOKEN) is None


async def test_who_was_removed_is_unknown_and_signed_out(office: Office) -> None:
    await office.users.add(somebody(), most=9)
    await office.accounts.begin_session(TOKEN, Session(ONE, LATER), most=9)
    office.knows()
    assert await office.users.remove(ANN, BOB)
    assert not await office.users.remove(ANN, BOB)
    known = office.knows()
    assert (known.user(ANN, BOB), known.grant_of(ONE), known.session(TOKEN)) == (None, None, None)


async def test_with_its_account_everybody_goes(office: Office) -> None:
    await office.users.add(somebody(), most=9)
    await office.users.note(ANN, Entry(NOON, "bob", Act.SIGNED_IN))
    await office.users.set_totp(ANN, BOB, "SECRET", [TWO])
    await office.accounts.remove(ANN)
    assert office.knows().user(ANN, BOB) is None
    assert await office.users.users(ANN) == []
    assert await office.users.journal(ANN, limit=9) == []
    assert not await office.users.spend_recovery(ANN, BOB, TWO)


async def test_each_code_is_good_once(office: Office) -> None:
    users = office.users
    await users.add(somebody(), most=9)
    changed = await users.set_totp(ANN, BOB, "SECRET", [ONE, TWO])
    assert changed is not None
    assert office.knows().user(ANN, BOB) == changed
    assert changed.totp == "SECRET"
    assert [await users.spend_step(ANN, BOB, step) for step in (7, 7, 6, 8)] == [True, False, False, True]
    assert [await users.spend_recovery(ANN, BOB, one) for one in (TOKEN, ONE, ONE)] == [False, True, False]
    await users.set_totp(ANN, BOB, None, [])
    assert not await users.spend_recovery(ANN, BOB, TWO)
    assert await users.set_totp(ANN, UserName("nobody"), "SECRET", [ONE]) is None
    assert not await users.spend_step(ANN, UserName("nobody"), 1)


async def test_a_link_is_of_use_once_and_for_its_time(office: Office) -> None:
    users = office.users
    await users.add(somebody(), most=9)
    assert not await users.begin_reset(ANN, UserName("nobody"), TOKEN, LATER)
    assert await users.begin_reset(ANN, BOB, ONE, LATER)
    assert await users.begin_reset(ANN, BOB, TOKEN, LATER)
    office.clock.advance(59.999)
    assert await users.reset_of(TOKEN) == somebody()
    changed = await users.reset_password(TOKEN, "$other", TWO)
    assert changed is not None
    assert (changed.password, changed.credential) == ("$other", TWO)
    assert office.knows().user(ANN, BOB) == changed
    assert [await users.reset_of(one) for one in (TOKEN, ONE)] == [None, None], (
        "all links of the former one end"
    )
    assert await users.reset_password(TOKEN, "$third", ONE) is None
    assert await users.begin_reset(ANN, BOB, TWO, LATER)
    office.clock.advance(0.001)
    assert (await users.reset_of(TWO), await users.reset_password(TWO, "$x", ONE)) == (None, None)


@pytest.mark.parametrize("over", [-1, 0, 1])
async def test_of_one_users_links_the_newest_are_of_use(office: Office, over: int) -> None:
    await office.users.add(somebody(), most=9)
    for number in range(RESETS + over):
        await office.users.begin_reset(ANN, BOB, key_hash(f"{number}"), LATER + number)
    assert (await office.users.reset_of(key_hash("0")) is None) is (over > 0)
    assert await office.users.reset_of(key_hash("1")) == somebody()


async def test_a_password_is_set_in_the_place_of_the_one_that_was_meant(office: Office) -> None:
    await office.users.add(somebody(), most=9)
    assert await office.users.set_password(ANN, BOB, "$new", TWO, former=TOKEN) is None
    assert await office.users.user(ANN, BOB) == somebody()
    assert await office.users.set_password(ANN, BOB, "$new", TWO, former=ONE) is not None


async def test_an_identity_is_one_persons(office: Office) -> None:
    users = office.users
    await users.add(somebody(), most=9)
    known = User(ANN, ROOT, Role.ROOT, NOON, TWO, identity="x@corp.test")
    await users.add(known, most=9)
    assert await users.by_identity("x@corp.test") == known
    assert await users.by_identity("X@corp.test") is None
    with pytest.raises(ConflictError):
        await users.change(ANN, BOB, lambda has: replace(has, identity="x@corp.test"))
    with pytest.raises(ConflictError):
        await users.add(User(BEN, BOB, Role.ROOT, NOON, TOKEN, identity="x@corp.test"), most=9)
    assert await users.change(ANN, ROOT, lambda has: has) == known
    await users.remove(ANN, ROOT)
    assert await users.by_identity("x@corp.test") is None


async def test_sessions_are_listed_with_whose_they_are_and_ended_one_by_one(office: Office) -> None:
    accounts = office.accounts
    await office.users.add(somebody(), most=9)
    await accounts.begin_session(ONE, Session(ONE, LATER, created=NOON), most=9)
    await accounts.begin_session(TWO, Session(key_hash("k"), LATER, created=NOON + 1), most=9)
    found = await accounts.sessions(ANN)
    assert [(one.id, one.by, one.created) for one in found] == [
        (session_id(TWO), "key first", NOON + 1),
        (session_id(ONE), "bob", NOON),
    ]
    assert await accounts.sessions(BEN) == []
    assert not await accounts.end_session_of(BEN, session_id(ONE))
    assert await accounts.end_session_of(ANN, session_id(ONE))
    assert not await accounts.end_session_of(ANN, session_id(ONE))
    assert (office.knows().session(ONE), office.knows().session(TWO) is None) == (None, False)
    assert [await accounts.end_sessions(key_hash("k")) for _ in range(2)] == [1, 0]
    assert office.knows().session(TWO) is None
    await accounts.begin_session(ONE, Session(ONE, LATER), most=9)
    office.clock.advance(60)
    assert await accounts.sessions(ANN) == []


@pytest.mark.parametrize("over", [-1, 0, 1])
async def test_nobody_pushes_out_of_the_journal_what_others_have_done(office: Office, over: int) -> None:
    of_ann = Entry(NOON, "ann", Act.USER_ADDED, "bob")
    await office.users.note(ANN, of_ann)
    for number in range(BY_ACTOR + over):
        await office.users.note(ANN, Entry(NOON + number, "bob", Act.SIGNED_IN, f"{number}", "192.0.2.1"))
    await office.users.note(BEN, Entry(NOON, OPERATOR, Act.USER_ADDED, "ben"))
    newest = BY_ACTOR + over - 1
    kept = await office.users.journal(ANN, limit=JOURNAL)
    assert kept[0] == Entry(NOON + newest, "bob", Act.SIGNED_IN, f"{newest}", "192.0.2.1")
    assert kept[-1] == of_ann
    assert len(kept) - 1 == min(BY_ACTOR, BY_ACTOR + over)
    assert await office.users.journal(ANN, limit=2) == kept[:2]
    assert await office.users.journal(BEN, limit=9) == [Entry(NOON, OPERATOR, Act.USER_ADDED, "ben")]


@pytest.mark.parametrize("over", [0, 1])
async def test_the_newest_of_the_journal_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    for module in (user_queries, memory_users):
        monkeypatch.setattr(module, "JOURNAL", 20)
    for number in range(20 + over):
        await office.users.note(ANN, Entry(NOON, f"actor{number}", Act.SIGNED_IN))
    kept = await office.users.journal(ANN, limit=99)
    assert (len(kept), kept[-1].actor) == (20, f"actor{over}")
