"""Plans, who is on which, and what was used of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.makers import HandClock
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.plans import MemoryPlans
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.plans import SqlitePlans
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.plan import BUILT_IN, UNLIMITED, Plan, PlanName
from mailweir.policy.quota import Month
from mailweir.ports.accounts import Accounts
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError
from mailweir.ports.plans import Plans
from mailweir.ports.usage import Usage

ANN, BEN = AccountName("ann"), AccountName("ben")
FREE, GOLD = PlanName("free"), Plan(PlanName("gold"), 9, 8, 7)
NOVEMBER, DECEMBER = Month(202611), Month(202612)


@dataclass(frozen=True, slots=True)
class Office:
    accounts: Accounts
    plans: Plans
    usage: Usage
    directory: Directory


@pytest.fixture(params=["memory", "sqlite"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    clock = HandClock()
    if request.param == "memory":
        registry = Registry()
        both = MemoryPlans(registry)
        yield Office(MemoryAccounts(registry, clock), both, both, MemoryDirectory(registry))
        return
    prepare(tmp_path, SystemClock())
    accounts, plans = SqliteAccounts(tmp_path, clock), SqlitePlans(tmp_path, clock)
    directory = SqliteDirectory(tmp_path)
    yield Office(accounts, plans, plans, directory)
    await accounts.close()
    await plans.close()
    directory.close()


async def test_an_account_has_no_limits_until_it_is_put_on_a_plan(office: Office) -> None:
    await office.accounts.add(ANN)
    office.directory.refresh()
    assert office.directory.plan_of(ANN) == office.directory.plan_of(BEN) == UNLIMITED
    changed = await office.accounts.set_plan(ANN, FREE)
    office.directory.refresh()
    assert changed is not None
    assert changed.plan == FREE
    assert office.directory.plan_of(ANN) == BUILT_IN[FREE]
    assert await office.accounts.set_plan(BEN, FREE) is None
    with pytest.raises(ConflictError):
        await office.accounts.set_plan(ANN, GOLD.name)


async def test_a_plan_holds_for_all_that_are_on_it_from_its_change_on(office: Office) -> None:
    await office.accounts.add(ANN)
    await office.plans.put(GOLD)
    await office.accounts.set_plan(ANN, GOLD.name)
    office.directory.refresh()
    assert office.directory.plan_of(ANN) == GOLD
    richer = Plan(GOLD.name, 99, 98, 97)
    await office.plans.put(richer)
    office.directory.refresh()
    assert office.directory.plan_of(ANN) == richer
    with pytest.raises(ConflictError):
        await office.plans.remove(GOLD.name)
    await office.accounts.set_plan(ANN, FREE)
    assert await office.plans.remove(GOLD.name)
    assert not await office.plans.remove(GOLD.name)
    assert [plan.name for plan in await office.plans.plans()] == ["free", "team", "unlimited"]


async def test_a_built_in_plan_can_have_other_limits_for_a_time(office: Office) -> None:
    await office.accounts.add(ANN)
    await office.accounts.set_plan(ANN, FREE)
    own = Plan(FREE, 1, 1, 1)
    await office.plans.put(own)
    office.directory.refresh()
    assert office.directory.plan_of(ANN) == own
    assert own in await office.plans.plans()
    assert await office.plans.remove(FREE)
    office.directory.refresh()
    assert office.directory.plan_of(ANN) == BUILT_IN[FREE]


async def test_what_all_have_used_is_added_up_by_month(office: Office) -> None:
    usage = office.usage
    assert dict(await usage.add(NOVEMBER, {ANN: 2, BEN: 1})) == {ANN: 2, BEN: 1}
    assert dict(await usage.add(NOVEMBER, {ANN: 3})) == {ANN: 5}
    assert dict(await usage.add(DECEMBER, {ANN: 1})) == {ANN: 1}
    assert dict(await usage.totals(NOVEMBER)) == {ANN: 5, BEN: 1}
    assert dict(await usage.totals(DECEMBER)) == {ANN: 1}
    assert dict(await usage.totals(Month(202701))) == {}
    assert dict(await usage.add(NOVEMBER, {})) == {}
