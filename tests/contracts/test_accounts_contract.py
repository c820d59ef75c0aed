"""What every store of accounts does, and every directory of them knows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.makers import BOB, EVE, NOON, HandClock
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.sqlite import account_queries
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName, Key, NewKey, OwnedAddress, key_hash
from mailweir.model.address import Inbox
from mailweir.ports.accounts import Accounts, TakenError, TooManyError, UnknownAccountError
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError

ANN, BEN = AccountName("ann"), AccountName("ben")
ONE, TWO = key_hash("k_1"), key_hash("k_2")


@dataclass(frozen=True, slots=True)
class Office:
    accounts: Accounts
    directory: Directory
    clock: HandClock


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    if request.param == "memory":
        both = MemoryAccounts(clock)
        yield Office(both, both, clock)
        return
    prepare(tmp_path, SystemClock())
    accounts, directory = SqliteAccounts(tmp_path, clock), SqliteDirectory(tmp_path)
    yield Office(accounts, directory, clock)
    await accounts.close()
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
    assert directory.account_of(ONE) is None
    made = await accounts.add_key(ANN, NewKey("ci", ONE, "1"), most=2)
    await accounts.add_key(ANN, NewKey("laptop", TWO, "2"), most=2)
    directory.refresh()
    assert made == Key(ANN, "ci", "1", NOON)
    assert list(await accounts.keys(ANN)) == [made, Key(ANN, "laptop", "2", NOON)]
    assert (directory.account_of(ONE), directory.key_name(ONE)) == (ANN, "ci")
    assert await accounts.remove_key(ANN, "ci")
    assert not await accounts.remove_key(ANN, "ci")
    directory.refresh()
    assert (directory.account_of(ONE), directory.key_name(ONE)) == (None, "")
    assert directory.account_of(TWO) == ANN


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
    changed = await accounts.describe(ANN, BOB, "new")
    assert changed == OwnedAddress(BOB, ANN, "new", NOON, NOON + 1000)
    assert await accounts.describe(BEN, BOB, "theirs") is None
    assert await accounts.describe(ANN, EVE, "none") is None
    assert await accounts.address(BOB) == changed


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
    assert (directory.account_of(ONE), directory.owner_of(BOB)) == (None, None)
    assert (directory.account_of(TWO), directory.owner_of(EVE)) == (BEN, BEN)
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
    assert directory.account_of(ONE) == ANN


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
        known = (directory.account_of(ONE), directory.owner_of(BOB), directory.owner_of(EVE))
        assert known == (ANN, None, ANN)
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
