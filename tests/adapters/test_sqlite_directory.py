"""A directory follows by itself, and goes on with what it knows while the store is away."""

import asyncio
import time
from pathlib import Path

import apsw
import pytest

from fakes.makers import BOB, EVE, HandClock
from mailweir.adapters.sqlite.account_queries import REMEMBERED
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory, _News
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError

ANN, BEN = AccountName("ann"), AccountName("ben")


async def test_what_is_changed_is_known_within_a_moment(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    accounts, directory = SqliteAccounts(tmp_path, HandClock()), SqliteDirectory(tmp_path)
    following = asyncio.create_task(directory.run())
    await accounts.add(ANN)
    await accounts.reserve(ANN, [BOB], "", most=9)
    begun = time.monotonic()
    while directory.owner_of(BOB) is None:
        assert time.monotonic() - begun < 1.0  # ten times what is promised
        await asyncio.sleep(0.005)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    directory.close()
    await accounts.close()


async def test_a_store_that_is_away_leaves_what_was_known(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    accounts, directory = SqliteAccounts(tmp_path, HandClock()), SqliteDirectory(tmp_path)
    await accounts.add(ANN)
    await accounts.reserve(ANN, [BOB], "", most=9)
    directory.refresh()
    directory.close()
    (tmp_path / "accounts.db").rename(tmp_path / "away.db")
    with pytest.raises(UnavailableError):
        directory.refresh()
    assert directory.owner_of(BOB) == ANN
    (tmp_path / "away.db").rename(tmp_path / "accounts.db")
    directory.refresh()
    assert directory.owner_of(BOB) == ANN
    directory.close()
    await accounts.close()


async def test_an_error_half_way_makes_nothing_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, SystemClock())
    accounts, directory = SqliteAccounts(tmp_path, HandClock()), SqliteDirectory(tmp_path)
    await accounts.add(ANN)
    await accounts.add(BEN)
    await accounts.reserve(ANN, [BOB], "", most=9)
    directory.refresh()
    await accounts.release(ANN, BOB)
    await accounts.reserve(BEN, [BOB], "", most=9)
    for remembered in (REMEMBERED, 0):  # step by step, and all anew
        monkeypatch.setattr("mailweir.adapters.sqlite.directory.REMEMBERED", remembered)
        with monkeypatch.context() as broken:
            broken.setattr(_News, "after", broken_reading)
            with pytest.raises(UnavailableError):
                directory.refresh()
        assert directory.owner_of(BOB) == ANN
    directory.refresh()
    assert directory.owner_of(BOB) == BEN
    directory.close()
    await accounts.close()


def broken_reading(*_: object) -> _News:
    raise apsw.IOError("disk I/O error")


async def test_an_older_file_in_the_place_is_learnt_anew(tmp_path: Path) -> None:
    for name, inbox in (("new", EVE), ("old", BOB)):
        prepare(tmp_path / name, SystemClock())
        accounts = SqliteAccounts(tmp_path / name, HandClock())
        await accounts.add(ANN)
        await accounts.reserve(
            ANN, [inbox, *([Inbox("more@inbox.test")] if name == "new" else [])], "", most=9
        )
        await accounts.close()
    directory = SqliteDirectory(tmp_path / "new")
    assert directory.owner_of(EVE) == ANN
    directory.close()
    for ending in ("", "-wal", "-shm"):
        file = tmp_path / "old" / f"accounts.db{ending}"
        (tmp_path / "new" / f"accounts.db{ending}").unlink(missing_ok=True)
        if file.exists():
            file.rename(tmp_path / "new" / file.name)
    directory.refresh()
    assert (directory.owner_of(EVE), directory.owner_of(BOB)) == (None, ANN)
    directory.close()


async def test_fifty_thousand_addresses_are_loaded_and_asked_for_in_no_time(tmp_path: Path) -> None:
    prepare(tmp_path, SystemClock())
    accounts = SqliteAccounts(tmp_path, HandClock())
    await accounts.add(ANN)
    inboxes = [Inbox(f"address-{number}@domain-{number % 2000}.test") for number in range(50_000)]
    await accounts.reserve(ANN, inboxes, "", most=10**6)
    begun = time.process_time()
    directory = SqliteDirectory(tmp_path)
    assert time.process_time() - begun < 2.0  # ten times what a start may take of its two seconds
    begun = time.process_time()
    for inbox in inboxes:
        directory.owner_of(inbox)
    assert (time.process_time() - begun) / len(inboxes) < 50e-6  # ten times the bar
    directory.close()
    await accounts.close()
