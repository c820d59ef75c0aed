"""What every store of runs does, and every directory knows of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.conftest import Store
from fakes.makers import NOON, HandClock, a_delivery
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.memory.runs import MemoryRuns
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.sqlite.runs import SqliteRuns
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.run import GRACE, Run, RunId
from mailweir.ports.accounts import Accounts, TooManyError, UnknownAccountError
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError
from mailweir.ports.runs import Runs
from mailweir.services.returning import Returning

ANN = AccountName("ann")
HOST = Host("inbox.test")


def a_run(letter: str, account: AccountName | None = None, owner: str = "192.0.2.0/24") -> Run:
    return Run(RunId(f"r_{letter * 40}"), HOST, account or owner, account, "ci", 3, NOON, NOON + 60_000)


@dataclass(frozen=True, slots=True)
class Office:
    runs: Runs
    accounts: Accounts
    directory: Directory

    async def lend(self, run: Run, most: int = 9, most_of_all: int = 99) -> Run:
        await self.runs.lend(run, most=most, most_of_all=most_of_all)
        self.directory.refresh()
        return run


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    if request.param == "memory":
        registry = Registry()
        accounts = MemoryAccounts(registry, clock)
        await accounts.add(ANN)
        yield Office(MemoryRuns(registry), accounts, MemoryDirectory(registry))
        return
    place = tmp_path / "accounts"
    place.mkdir(mode=0o700)
    prepare(place, SystemClock())
    runs, accounts, directory = SqliteRuns(place, clock), SqliteAccounts(place, clock), SqliteDirectory(place)
    await accounts.add(ANN)
    yield Office(runs, accounts, directory)
    await runs.close()
    await accounts.close()
    directory.close()


async def test_a_run_is_what_it_was_when_it_was_lent(office: Office) -> None:
    mine, nobodys = await office.lend(a_run("a", ANN)), await office.lend(a_run("b"))
    assert await office.runs.run(mine.id) == mine
    assert await office.runs.run(nobodys.id) == nobodys
    assert await office.runs.run(RunId(f"r_{'c' * 40}")) is None
    assert await office.runs.runs(ANN) == [mine]


async def test_a_directory_knows_every_address_of_a_run_and_whose_it_is(office: Office) -> None:
    mine, nobodys = await office.lend(a_run("a", ANN)), await office.lend(a_run("b"))
    for run in (mine, nobodys):
        for inbox in (*run.inboxes(), Inbox(f"{run.beginning}anything@{HOST}")):
            assert office.directory.run_of(inbox) == run
            assert office.directory.owner_of(inbox) == run.account
    for other in (f"{mine.beginning}a@other.test", f"run-{mine.tag}@{HOST}", f"x{mine.beginning}a@{HOST}"):
        assert office.directory.run_of(Inbox(other)) is None
        assert office.directory.owner_of(Inbox(other)) is None


async def test_an_owner_has_no_more_than_he_may_and_all_together_neither(office: Office) -> None:
    await office.lend(a_run("a"), most=1)
    with pytest.raises(TooManyError):
        await office.lend(a_run("b"), most=1)
    await office.lend(a_run("b"), most=2)
    await office.lend(a_run("c", ANN), most=1, most_of_all=1)  # accounts are counted by themselves
    with pytest.raises(TooManyError):
        await office.lend(a_run("d", owner="198.51.100.0/24"), most_of_all=2)
    await office.lend(a_run("d", owner="198.51.100.0/24"), most_of_all=3)


async def test_nobody_lends_to_an_account_that_is_none_or_a_tag_twice(office: Office) -> None:
    with pytest.raises(UnknownAccountError):
        await office.lend(a_run("a", AccountName("ben")))
    await office.lend(a_run("a"))
    with pytest.raises(ConflictError):
        await office.lend(a_run("a", ANN))


async def test_a_run_is_freed_once_and_is_its_owners_until_it_is_removed(office: Office) -> None:
    run = await office.lend(a_run("a", ANN))
    assert await office.runs.free(run.id, NOON + 5)
    assert not await office.runs.free(run.id, NOON + 6)
    office.directory.refresh()
    inbox = run.inboxes()[0]
    known = office.directory.run_of(inbox)
    assert known is not None
    assert known == replace(run, freed=NOON + 5)
    assert known.is_over(NOON)
    assert office.directory.owner_of(inbox) == ANN
    await office.runs.remove(run.id)
    office.directory.refresh()
    assert office.directory.run_of(inbox) is None
    assert office.directory.owner_of(inbox) is None
    await office.lend(run)
    assert office.directory.run_of(inbox) == run


async def test_what_an_account_had_stays_its_own_until_it_is_let_go(office: Office) -> None:
    run = await office.lend(a_run("a", ANN))
    await office.accounts.remove(ANN)
    office.directory.refresh()
    assert office.directory.owner_of(run.inboxes()[0]) == ANN
    assert [one.id for one in await office.runs.due(NOON, limit=9)] == [run.id]


@pytest.mark.parametrize(("passed", "due"), [(59_999, False), (60_000, True)])
async def test_a_run_is_due_when_its_time_has_come(office: Office, passed: int, due: bool) -> None:  # noqa: FBT001
    run = await office.lend(a_run("a"))
    assert (await office.runs.due(NOON + passed, limit=9) == [run]) is due


@pytest.mark.parametrize(("passed", "due"), [(GRACE - 1, False), (GRACE, True)])
async def test_a_run_is_due_again_a_while_after_it_was_freed(office: Office, passed: int, due: bool) -> None:  # noqa: FBT001
    run = await office.lend(a_run("a"))
    await office.runs.free(run.id, NOON)
    assert len(await office.runs.due(NOON, limit=9)) == 1, "its mail may be there still"
    await office.runs.note_cleared(run.id)
    assert len(await office.runs.due(NOON + passed, limit=9)) == due


async def test_late_mail_of_a_run_that_is_over_is_never_public_and_goes_with_it(
    office: Office, store: Store
) -> None:
    run = await office.lend(a_run("a", ANN))
    inboxes = [*run.inboxes(), Inbox(f"{run.beginning}own@{HOST}")]
    near = Inbox(f"run-{run.tag}@{HOST}")
    for number, inbox in enumerate((*inboxes, near)):
        await store.intake.deliver(a_delivery(number, inbox))
    beginning = run.beginning
    assert await store.mailbox.inboxes(beginning, HOST, limit=9) == sorted(inboxes)
    assert await store.mailbox.inboxes(beginning, HOST, limit=2) == sorted(inboxes)[:2]
    assert await store.mailbox.inboxes(beginning, Host("other.test"), limit=9) == []
    returning = Returning(office.runs, store.mailbox, store.clock)
    assert await returning.round() == 0
    store.clock.advance(60)
    assert await returning.round() == len(inboxes)
    await store.intake.deliver(a_delivery(99, inboxes[0]))  # late
    office.directory.refresh()
    assert office.directory.owner_of(inboxes[0]) == ANN
    assert await returning.round() == 0
    store.clock.advance(GRACE / 1000)
    assert await returning.round() == 1
    assert await office.runs.run(run.id) is None
    assert [one.inbox for one in await store.mailbox.all(limit=9)] == [near]
