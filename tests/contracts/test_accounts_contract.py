"""What every store of accounts does, and every directory of them knows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakes.makers import BOB, EVE, NOON, HandClock
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.domains import MemoryDomains
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.sqlite import account_queries
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import (
    AS_ACCOUNT,
    AccountName,
    Grant,
    Key,
    NewKey,
    OwnedAddress,
    Scope,
    Session,
    Upkeep,
    key_hash,
)
from mailweir.model.address import Host, Inbox
from mailweir.model.domain import Check
from mailweir.ports.accounts import Accounts, TakenError, TooManyError, UnknownAccountError
from mailweir.ports.directory import Directory
from mailweir.ports.domains import Domains, HeldError
from mailweir.ports.errors import ConflictError

ANN, BEN = AccountName("ann"), AccountName("ben")
ONE, TWO = key_hash("k_1"), key_hash("k_2")
HOST = Host("inbox.test")


def noted(info: str) -> Callable[[OwnedAddress], OwnedAddress]:
    return partial(replace, info=info)


@dataclass(frozen=True, slots=True)
class Office:
    accounts: Accounts
    domains: Domains
    directory: Directory
    clock: HandClock


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    if request.param == "memory":
        registry = Registry()
        accounts, domains = MemoryAccounts(registry, clock), MemoryDomains(registry, clock)
        yield Office(accounts, domains, MemoryDirectory(registry), clock)
        return
    prepare(tmp_path, SystemClock())
    accounts, domains = SqliteAccounts(tmp_path, clock), SqliteDomains(tmp_path, clock)
    directory = SqliteDirectory(tmp_path)
    yield Office(accounts, domains, directory, clock)
    await accounts.close()
    await domains.close()
    directory.close()


async def test_an_account_is_made_once(office: Office) -> None:
    accounts = office.accounts
    made = await accounts.add(BEN)
    assert (made.name, made.created) == (BEN, NOON)
    await accounts.add(ANN)
    with pytest.raises(ConflictError):
        await accounts.add(BEN)
    assert [one.name for one in await accounts.accounts()] == [ANN, BEN]


async def test_a_key_speaks_for_its_account_until_it_is_removed(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN)
    assert directory.grant_of(ONE) is None
    made = await accounts.add_key(ANN, NewKey("ci", ONE, "1"), most=2)
    await accounts.add_key(ANN, NewKey("laptop", TWO, "2"), most=2)
    directory.refresh()
    assert made == Key(ANN, "ci", "1", NOON)
    assert list(await accounts.keys(ANN)) == [made, Key(ANN, "laptop", "2", NOON)]
    assert directory.grant_of(ONE) == Grant(ANN, "ci")
    assert await accounts.remove_key(ANN, "ci")
    assert not await accounts.remove_key(ANN, "ci")
    directory.refresh()
    assert directory.grant_of(ONE) is None
    assert directory.grant_of(TWO) == Grant(ANN, "laptop")


async def test_keys_are_bounded_named_once_and_nobody_elses(office: Office) -> None:
    accounts = office.accounts
    await accounts.add(ANN)
    await accounts.add(BEN)
    await accounts.add_key(ANN, NewKey("a", ONE, "1"), most=2)
    with pytest.raises(ConflictError):
        await accounts.add_key(ANN, NewKey("a", TWO, "2"), most=2)
    with pytest.raises(ConflictError):
        await accounts.add_key(BEN, NewKey("b", ONE, "1"), most=2)
    await accounts.add_key(ANN, NewKey("b", TWO, "2"), most=2)
    with pytest.raises(TooManyError) as full:
        await accounts.add_key(ANN, NewKey("c", key_hash("k_3"), "3"), most=2)
    assert full.value.most == 2
    with pytest.raises(UnknownAccountError):
        await accounts.add_key(AccountName("nobody"), NewKey("a", key_hash("k_4"), "4"), most=2)


async def test_an_address_is_one_accounts_until_it_is_released(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN)
    await accounts.add(BEN)
    assert directory.owner_of(BOB) is None
    new = await accounts.reserve(ANN, [BOB, EVE, BOB], "note", most=9)
    directory.refresh()
    assert list(new) == [OwnedAddress(one, ANN, "note", NOON, NOON) for one in (BOB, EVE)]
    assert list(await accounts.addresses(ANN)) == sorted(new, key=lambda one: one.inbox)
    assert (directory.owner_of(BOB), await accounts.address(BOB)) == (ANN, new[0])
    assert await accounts.release(BEN, BOB) is None
    assert await accounts.release(ANN, BOB) == new[0]
    assert await accounts.release(ANN, BOB) is None
    await accounts.reserve(BEN, [BOB], "", most=9)
    directory.refresh()
    assert [directory.owner_of(one) for one in (BOB, EVE)] == [BEN, ANN]


async def test_of_several_addresses_all_are_reserved_or_none(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN)
    await accounts.add(BEN)
    await accounts.reserve(BEN, [EVE], "", most=9)
    with pytest.raises(TakenError) as taken:
        await accounts.reserve(ANN, [BOB, EVE], "", most=9)
    assert (taken.value.inbox, taken.value.account) == (EVE, BEN)
    with pytest.raises(TooManyError):
        await accounts.reserve(ANN, [BOB, Inbox("x@y.test")], "", most=1)
    with pytest.raises(UnknownAccountError):
        await accounts.reserve(AccountName("nobody"), [BOB], "", most=1)
    directory.refresh()
    assert directory.owner_of(BOB) is None
    assert list(await accounts.reserve(ANN, [], "", most=1)) == []
    await accounts.reserve(ANN, [BOB], "", most=1)


async def test_a_note_is_changed_by_its_owner_alone(office: Office) -> None:
    accounts = office.accounts
    await accounts.add(ANN)
    await accounts.reserve(ANN, [BOB], "old", most=9)
    office.clock.advance(1)
    changed = await accounts.describe(ANN, BOB, noted("new"))
    assert changed == OwnedAddress(BOB, ANN, "new", NOON, NOON + 1000)
    assert await accounts.describe(BEN, BOB, noted("theirs")) is None
    assert await accounts.describe(ANN, EVE, noted("none")) is None
    assert await accounts.address(BOB) == changed


async def test_an_address_keeps_mail_as_it_is_told_until_it_is_told_otherwise(office: Office) -> None:
    accounts, upkeep = office.accounts, Upkeep(days=7)
    await accounts.add(ANN)
    new = await accounts.reserve(ANN, [EVE, BOB], "", most=9, upkeep=upkeep)
    assert [one.upkeep for one in new] == [upkeep, upkeep]
    assert list(await accounts.upkept()) == [BOB, EVE]
    for wanted in (Upkeep(days=1, messages=2), Upkeep(messages=2), AS_ACCOUNT):
        changed = await accounts.describe(ANN, BOB, partial(replace, upkeep=wanted))
        assert changed is not None
        assert (changed.upkeep, changed.info) == (wanted, "")
        assert await accounts.address(BOB) == changed == (await accounts.addresses(ANN))[0]
        assert list(await accounts.upkept()) == ([BOB, EVE] if wanted != AS_ACCOUNT else [EVE])
    await accounts.release(ANN, EVE)
    assert list(await accounts.upkept()) == []


async def test_with_an_account_go_its_keys_and_claims(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    for name, key, inbox in ((ANN, ONE, BOB), (BEN, TWO, EVE)):
        await accounts.add(name)
        await accounts.add_key(name, NewKey("k", key, "0"), most=9)
        await accounts.reserve(name, [inbox], "", most=9)
    directory.refresh()
    assert await accounts.remove(ANN)
    assert not await accounts.remove(ANN)
    directory.refresh()
    assert (directory.grant_of(ONE), directory.owner_of(BOB)) == (None, None)
    assert (directory.grant_of(TWO), directory.owner_of(EVE)) == (Grant(BEN, "k"), BEN)
    assert await accounts.address(BOB) is None
    assert list(await accounts.keys(ANN)) == []


async def test_a_name_that_was_removed_is_not_given_again(office: Office) -> None:
    await office.accounts.add(ANN)
    await office.accounts.remove(ANN)
    with pytest.raises(ConflictError):
        await office.accounts.add(ANN)


async def test_an_account_comes_with_its_key_or_not_at_all(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN, NewKey("first", ONE, "1"))
    assert list(await accounts.keys(ANN)) == [Key(ANN, "first", "1", NOON)]
    with pytest.raises(ConflictError):
        await accounts.add(BEN, NewKey("first", ONE, "1"))
    assert [one.name for one in await accounts.accounts()] == [ANN]
    directory.refresh()
    assert directory.grant_of(ONE) == Grant(ANN, "first")


async def test_a_key_is_good_for_what_it_was_made_for(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    narrow = Scope(expires=NOON + 5, writes=False, place=BOB)
    await accounts.add(ANN, NewKey("first", ONE, "1", Scope(place=HOST)))
    made = await accounts.add_key(ANN, NewKey("ci", TWO, "2", narrow), most=9)
    directory.refresh()
    assert made.scope == narrow
    assert [key.scope for key in await accounts.keys(ANN)] == [narrow, Scope(place=HOST)]
    assert directory.grant_of(ONE) == Grant(ANN, "first", Scope(place=HOST))
    assert directory.grant_of(TWO) == Grant(ANN, "ci", narrow)


async def test_a_session_is_its_keys_until_one_of_them_ends(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN, NewKey("first", ONE, "1"))
    await accounts.add_key(ANN, NewKey("second", TWO, "2"), most=9)
    with pytest.raises(ConflictError):
        await accounts.begin_session(b"s0", Session(key_hash("k_unknown"), NOON + 9), most=9)
    for number in range(1, 5):
        await accounts.begin_session(b"s%d" % number, Session(ONE, NOON + 1000 + number), most=3)
    await accounts.begin_session(b"other", Session(TWO, NOON + 1000), most=3)
    directory.refresh()
    assert [directory.session(b"s%d" % number) for number in range(1, 5)] == [
        None,
        *(Session(ONE, NOON + 1000 + number) for number in range(2, 5)),
    ]
    assert await accounts.end_session(b"s3")
    assert not await accounts.end_session(b"s3")
    await accounts.remove_key(ANN, "second")
    directory.refresh()
    assert [directory.session(name) is None for name in (b"s2", b"s3", b"other")] == [False, True, True]
    office.clock.advance(2)
    await accounts.begin_session(b"late", Session(ONE, NOON + 9000), most=3)
    directory.refresh()
    assert [directory.session(name) is None for name in (b"s2", b"late")] == [True, False]


async def test_when_a_key_was_used_last_is_kept(office: Office) -> None:
    accounts = office.accounts
    await accounts.add(ANN, NewKey("first", ONE, "1"))
    await accounts.note_uses({ONE: NOON + 7, TWO: NOON})
    assert [key.used for key in await accounts.keys(ANN)] == [NOON + 7]


async def test_an_account_says_whether_what_it_captures_is_private(office: Office) -> None:
    accounts, directory = office.accounts, office.directory
    await accounts.add(ANN)
    assert await accounts.set_capture(BEN, private=True) is None
    for private in (True, False, True):
        changed = await accounts.set_capture(ANN, private=private)
        directory.refresh()
        assert changed is not None
        assert changed.capture_private == directory.captures_private(ANN) == private
    assert await accounts.account(ANN) == changed
    assert await accounts.account(BEN) is None
    assert not directory.captures_private(BEN)


async def test_a_host_is_claimed_by_many_and_held_by_one(office: Office) -> None:
    accounts, domains, directory = office.accounts, office.domains, office.directory
    for name in (ANN, BEN):
        await accounts.add(name)
        claim = await domains.claim(name, HOST, f"proof-{name}", most=9)
        assert (claim.account, claim.token, claim.held, claim.private) == (name, f"proof-{name}", None, True)
    with pytest.raises(ConflictError):
        await domains.claim(ANN, HOST, "again", most=9)
    directory.refresh()
    assert (await domains.holder(HOST), directory.holder_of(HOST), directory.owner_of(BOB)) == (None,) * 3
    office.clock.advance(1)
    held = await domains.hold(ANN, HOST)
    assert held is not None
    assert held.held == NOON + 1000
    assert await domains.holder(HOST) == held == await domains.domain(ANN, HOST)
    with pytest.raises(HeldError) as taken:
        await domains.hold(BEN, HOST)
    assert taken.value.account == ANN
    directory.refresh()
    assert (directory.holder_of(HOST), directory.owner_of(BOB)) == (ANN, ANN)
    assert directory.owner_of(Inbox("bob@below.inbox.test")) is None
    await domains.hold(BEN, HOST, instead_of=ANN)
    directory.refresh()
    assert (directory.holder_of(HOST), directory.owner_of(BOB)) == (BEN, BEN)
    former = await domains.domain(ANN, HOST)
    assert former is not None
    assert former.held is None


async def test_a_host_that_nobody_has_claimed_is_nobodys(office: Office) -> None:
    domains = office.domains
    await office.accounts.add(ANN)
    assert await domains.hold(ANN, HOST) is None
    assert await domains.note(ANN, HOST, Check(proven=True, receives=True)) is None
    assert await domains.set_private(ANN, HOST, private=False) is None
    assert await domains.drop(ANN, HOST) is None
    with pytest.raises(UnknownAccountError):
        await domains.claim(BEN, HOST, "t", most=9)


async def test_a_public_domain_is_held_and_its_inboxes_are_not(office: Office) -> None:
    accounts, domains, directory = office.accounts, office.domains, office.directory
    await accounts.add(ANN)
    await domains.claim(ANN, HOST, "t", most=9)
    await domains.hold(ANN, HOST)
    await accounts.reserve(ANN, [EVE], "", most=9)
    for private in (False, True, False):
        changed = await domains.set_private(ANN, HOST, private=private)
        assert changed is not None
        assert changed.private == private
        directory.refresh()
        assert directory.holder_of(HOST) == ANN
        assert (directory.owner_of(BOB), directory.owner_of(EVE)) == (ANN if private else None, ANN)
        assert (directory.reserver_of(BOB), directory.reserver_of(EVE)) == (None, ANN)


async def test_who_holds_a_host_has_no_strangers_at_it(office: Office) -> None:
    accounts, domains, directory = office.accounts, office.domains, office.directory
    for name, inbox in ((ANN, BOB), (BEN, EVE)):
        await accounts.add(name)
        await accounts.reserve(name, [inbox, Inbox(f"{name}@elsewhere.test")], "", most=9)
        await domains.claim(name, HOST, "t", most=9)
    assert list(await domains.strangers(ANN, HOST)) == [EVE]
    await domains.hold(ANN, HOST)
    directory.refresh()
    assert (directory.owner_of(BOB), directory.owner_of(EVE)) == (ANN, ANN)
    assert await accounts.address(EVE) is None
    with pytest.raises(TakenError) as taken:
        await accounts.reserve(BEN, [Inbox("new@inbox.test")], "", most=9)
    assert taken.value.account == ANN
    await accounts.reserve(ANN, [Inbox("new@inbox.test")], "", most=9)


async def test_a_dropped_claim_and_a_removed_account_leave_the_host_to_nobody(office: Office) -> None:
    accounts, domains, directory = office.accounts, office.domains, office.directory
    for name, host in ((ANN, HOST), (BEN, Host("ben.test"))):
        await accounts.add(name)
        await domains.claim(name, host, "t", most=9)
        await domains.hold(name, host)
    dropped = await domains.drop(ANN, HOST)
    assert dropped is not None
    assert dropped.held == NOON
    await accounts.remove(BEN)
    directory.refresh()
    assert [directory.holder_of(Host(host)) for host in (HOST, "ben.test")] == [None, None]
    assert list(await domains.domains(ANN)) == list(await domains.domains(BEN)) == []


async def test_claims_are_bounded(office: Office) -> None:
    await office.accounts.add(ANN)
    await office.domains.claim(ANN, Host("a.test"), "t", most=2)
    await office.domains.claim(ANN, Host("b.test"), "t", most=2)
    with pytest.raises(TooManyError) as full:
        await office.domains.claim(ANN, Host("c.test"), "t", most=2)
    assert full.value.most == 2
    assert [one.host for one in await office.domains.domains(ANN)] == ["a.test", "b.test"]


async def test_what_the_dns_said_is_kept_and_asked_again_in_turn(office: Office) -> None:
    domains, clock = office.domains, office.clock
    await office.accounts.add(ANN)
    for host in ("a.test", "b.test", "c.test"):
        await domains.claim(ANN, Host(host), "t", most=9)
    noted = await domains.note(ANN, Host("b.test"), Check(proven=False, receives=True, errors="No record."))
    assert noted is not None
    assert (noted.receives, noted.errors, noted.checked, noted.held) == (True, "No record.", NOON, None)
    clock.advance(1)
    await domains.note(ANN, Host("a.test"), Check(proven=None, receives=False))
    due = await domains.due(before=NOON + 1000, limit=9)
    assert [one.host for one in due] == ["c.test", "b.test"]
    assert [one.host for one in await domains.due(before=NOON + 1001, limit=2)] == ["c.test", "b.test"]


async def test_a_new_directory_knows_what_an_old_one_does(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    accounts, old = SqliteAccounts(tmp_path, HandClock()), SqliteDirectory(tmp_path)
    await accounts.add(ANN)
    await accounts.add_key(ANN, NewKey("k", ONE, "0"), most=9)
    await accounts.reserve(ANN, [BOB, EVE], "", most=9)
    await accounts.release(ANN, BOB)
    old.refresh()
    new = SqliteDirectory(tmp_path)
    for directory in (old, new):
        known = (directory.grant_of(ONE), directory.owner_of(BOB), directory.owner_of(EVE))
        assert known == (Grant(ANN, "k"), None, ANN)
        directory.close()
    await accounts.close()


async def test_a_directory_that_missed_too_much_learns_all_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("account_queries", "directory"):
        monkeypatch.setattr(f"mailweir.adapters.sqlite.{module}.REMEMBERED", 3)
    assert account_queries.REMEMBERED == 3
    prepare(tmp_path, SystemClock())
    accounts = SqliteAccounts(tmp_path, HandClock())
    await accounts.add(ANN)
    await accounts.reserve(ANN, [BOB], "", most=99)
    directory = SqliteDirectory(tmp_path)
    await accounts.release(ANN, BOB)
    for number in range(5):  # by the last of which the release is forgotten
        await accounts.reserve(ANN, [Inbox(f"{number}@y.test")], "", most=99)
        await accounts.release(ANN, Inbox(f"{number}@y.test"))
    await accounts.reserve(ANN, [EVE], "", most=99)
    directory.refresh()
    assert (directory.owner_of(BOB), directory.owner_of(EVE)) == (None, ANN)
    directory.close()
    await accounts.close()
