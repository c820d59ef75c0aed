"""Retention of public mail leaves private mail alone; a plan's limit takes the oldest of it."""

from dataclasses import dataclass
from functools import partial

import pytest
from msgspec.structs import replace

from contracts.conftest import Store
from fakes.makers import BOB, EVE, NOON, HandClock, a_delivery
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.domains import MemoryDomains
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.model.account import AccountName, Upkeep
from mailweir.model.address import Host, Inbox
from mailweir.model.message import MessageId
from mailweir.model.places import Places
from mailweir.model.plan import Plan, PlanName
from mailweir.policy.marking import toggled
from mailweir.services.keeping import EVERY, Keeping

ANN = AccountName("ann")
LATER = NOON + 10**9


def bobs(inbox: Inbox) -> bool:
    return inbox == BOB


async def furnish(store: Store, *inboxes: Inbox) -> None:
    for number, inbox in enumerate(inboxes):
        await store.intake.deliver(a_delivery(number, inbox))


async def inboxes(store: Store) -> list[Inbox]:
    return [one.inbox for one in await store.mailbox.all(limit=9999)]


@pytest.mark.parametrize(("before", "keep"), [(LATER, 0), (0, 1), (LATER, 1)])
async def test_private_mail_stays_whatever_public_mail_does(store: Store, before: int, keep: int) -> None:
    await furnish(store, *[BOB, EVE] * 30, EVE)
    while await store.mailbox.expire(before=before, keep=keep, private=bobs):
        pass
    left = await inboxes(store)
    assert left.count(BOB) == 30
    assert left.count(EVE) == (0 if before else 1)


async def test_much_private_mail_hides_no_old_public_mail(store: Store) -> None:
    await furnish(store, *[BOB] * 2500, EVE)
    while await store.mailbox.expire(before=LATER, keep=0, private=bobs):
        pass
    assert set(await inboxes(store)) == {BOB}


async def test_what_becomes_public_goes_within_an_hour(store: Store) -> None:
    await furnish(store, BOB, BOB)
    assert await store.mailbox.expire(before=LATER, keep=0, private=bobs) == 0
    store.clock.advance(3600)
    while await store.mailbox.expire(before=LATER, keep=0):
        pass
    assert await inboxes(store) == []


async def test_of_what_becomes_public_the_surplus_goes_within_an_hour(store: Store) -> None:
    await furnish(store, BOB, BOB, BOB)
    assert await store.mailbox.expire(before=0, keep=1, private=bobs) == 0
    assert await store.mailbox.expire(before=0, keep=1, private=bobs) == 0
    store.clock.advance(3600)
    while await store.mailbox.expire(before=0, keep=1):
        pass
    assert await inboxes(store) == [BOB]


async def test_a_message_to_both_keeps_its_private_copy(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, BOB, EVE))
    while await store.mailbox.expire(before=LATER, keep=0, private=bobs):
        pass
    assert await inboxes(store) == [BOB]
    assert await store.mailbox.raw(BOB, MessageId("q0000001-0")) is not None


@pytest.mark.parametrize(("keep", "left"), [(3, 3), (4, 4), (5, 4)])
async def test_of_several_places_the_newest_are_kept(store: Store, keep: int, left: int) -> None:
    other = Inbox("far@elsewhere.test")
    await furnish(store, BOB, other, EVE, BOB, EVE)
    while await store.mailbox.trim(Places((BOB,), (Host("inbox.test"),)), keep=keep):
        pass
    kept = await store.mailbox.all(limit=9)
    assert len([one for one in kept if one.inbox != other]) == left
    assert other in [one.inbox for one in kept]
    assert [one.seq for one in kept] == sorted((one.seq for one in kept), reverse=True)


async def test_what_is_starred_is_not_trimmed(store: Store) -> None:
    await furnish(store, BOB, BOB, BOB)
    await store.mailbox.mark(BOB, MessageId("q0000000-0"), lambda marks: toggled(marks, ANN))
    while await store.mailbox.trim(Places((BOB,)), keep=1):
        pass
    assert [one.id for one in await store.mailbox.all(limit=9)] == ["q0000002-0", "q0000000-0"]


async def test_of_what_is_saved_the_newest_are_kept_where_that_is_asked_for(store: Store) -> None:
    await furnish(store, BOB, EVE, BOB, BOB)
    for number, inbox in ((0, BOB), (1, EVE), (2, BOB)):
        account = AccountName("ben") if inbox == EVE else ANN
        star = partial(toggled, account=account)
        await store.mailbox.mark(inbox, MessageId(f"q{number:07d}-0"), star)
    while await store.mailbox.trim(Places(saved_by=ANN), keep=1):
        pass
    left = [one.id for one in await store.mailbox.all(limit=9)]
    assert left == ["q0000003-0", "q0000002-0", "q0000001-0"]


@pytest.mark.parametrize(("keep", "left"), [(0, 4), (1, 1), (3, 3), (4, 4), (5, 4)])
async def test_an_inbox_is_pruned_to_its_newest(store: Store, keep: int, left: int) -> None:
    await furnish(store, BOB, EVE, BOB, BOB, EVE, BOB)
    assert await store.mailbox.prune(BOB, keep=keep) == 4 - left
    assert await store.mailbox.prune(BOB, keep=keep) == 0
    kept = [one.id for one in await store.mailbox.inbox(BOB, limit=9)]
    assert kept == ["q0000005-0", "q0000003-0", "q0000002-0", "q0000000-0"][:left]
    assert len(await store.mailbox.inbox(EVE, limit=9)) == 2


@pytest.mark.parametrize(("before", "left"), [(0, 4), (NOON, 4), (NOON + 2, 3), (NOON + 3, 2), (LATER, 0)])
async def test_an_inbox_is_pruned_of_what_came_before(store: Store, before: int, left: int) -> None:
    await furnish(store, BOB, EVE, BOB, BOB, EVE, BOB)
    assert await store.mailbox.prune(BOB, before=before) == 4 - left
    assert len(await store.mailbox.inbox(BOB, limit=9)) == left
    assert len(await store.mailbox.inbox(EVE, limit=9)) == 2


async def test_what_is_older_than_what_came_before_it_is_pruned_too(store: Store) -> None:
    for number, received in enumerate((9, 5, 8, 1, 7)):
        await store.intake.deliver(a_delivery(number, BOB, received=NOON + received))
    assert await store.mailbox.prune(BOB, before=NOON + 6) == 2
    left = [one.received - NOON for one in await store.mailbox.inbox(BOB, limit=9)]
    assert left == [7, 8, 9]


async def test_what_is_starred_is_not_pruned(store: Store) -> None:
    await furnish(store, *[BOB] * 5)
    for number in (0, 4):
        await store.mailbox.mark(BOB, MessageId(f"q{number:07d}-0"), partial(toggled, account=ANN))
    assert await store.mailbox.prune(BOB, keep=2) == 2
    assert await store.mailbox.prune(BOB, before=LATER) == 1
    assert [one.id for one in await store.mailbox.inbox(BOB, limit=9)] == ["q0000004-0", "q0000000-0"]


async def test_a_copy_for_another_inbox_is_not_pruned(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, BOB, EVE))
    before = await store.mailbox.revision(BOB)
    assert await store.mailbox.prune(BOB, before=LATER) == 1
    assert await store.mailbox.revision(BOB) > before
    assert await store.mailbox.raw(EVE, MessageId("q0000001-1")) is not None


async def test_however_much_there_is_to_prune_it_goes(store: Store) -> None:
    await furnish(store, *[BOB] * 2300)
    gone = [await store.mailbox.prune(BOB, keep=101)]
    while gone[-1]:
        gone.append(await store.mailbox.prune(BOB, keep=101))
    assert sum(gone) == 2199
    assert (await store.mailbox.inbox(BOB, limit=999))[-1].id == "q0002199-0"


async def test_each_account_keeps_what_its_plan_says(store: Store) -> None:
    registry, clock = Registry(), HandClock()
    accounts, domains = MemoryAccounts(registry, clock), MemoryDomains(registry, clock)
    registry.plans[PlanName("small")] = Plan(PlanName("small"), messages=2)
    hosts = [Host("private.test"), Host("public.test")]
    for name in (ANN, AccountName("ben")):
        await accounts.add(name)
    await accounts.set_plan(ANN, PlanName("small"))
    await accounts.reserve(ANN, [BOB], "", most=9)
    await accounts.reserve(AccountName("ben"), [EVE], "", most=9)
    for host in hosts:
        await domains.claim(ANN, host, "t", most=9)
        await domains.hold(ANN, host)
    await domains.set_private(ANN, hosts[1], private=False)
    await furnish(store, *[BOB, EVE, Inbox("a@private.test"), Inbox("b@public.test")] * 3)
    keeping = Keeping(accounts, domains, store.mailbox, MemoryDirectory(registry), store.clock)
    assert await keeping.round() == 4
    await store.intake.deliver(a_delivery(99, BOB))
    assert await keeping.round() == 0
    store.clock.advance(EVERY)
    assert await keeping.round() == 1
    left = await inboxes(store)
    assert [left.count(one) for one in (EVE, Inbox("b@public.test"))] == [3, 3]
    assert len(left) == 8


@dataclass
class Kept:
    """ann's address BOB, and what goes round over it."""

    store: Store

    def __post_init__(self) -> None:
        registry = Registry()
        self.accounts, domains = (
            MemoryAccounts(registry, self.store.clock),
            MemoryDomains(registry, self.store.clock),
        )
        directory = MemoryDirectory(registry)
        self.keeping = Keeping(self.accounts, domains, self.store.mailbox, directory, self.store.clock)

    async def upkeep(self, upkeep: Upkeep) -> None:
        if await self.accounts.address(BOB) is None:
            await self.accounts.add(ANN)
            await self.accounts.reserve(ANN, [BOB], "", most=9)
        await self.accounts.describe(ANN, BOB, partial(replace, upkeep=upkeep))

    async def left_after_a_minute(self) -> int:
        self.store.clock.advance(EVERY)
        await self.keeping.round()
        return len(await self.store.mailbox.inbox(BOB, limit=9))


@pytest.fixture
def kept(store: Store) -> Kept:
    return Kept(store)


@pytest.mark.parametrize(("age", "left"), [(-1, 3), (0, 3), (1, 2), (2, 1)])
async def test_an_address_keeps_mail_for_its_days(kept: Kept, store: Store, age: int, left: int) -> None:
    minute, day = int(EVERY * 1000), 24 * 3600 * 1000
    await kept.upkeep(Upkeep(days=30))
    for number in range(3):
        received = NOON + minute - 30 * day - age + number
        await store.intake.deliver(a_delivery(number, BOB, received=received))
    await store.intake.deliver(a_delivery(9, EVE, received=NOON - 99 * day))
    assert await kept.left_after_a_minute() == left
    assert len(await store.mailbox.inbox(EVE, limit=9)) == 1


@pytest.mark.parametrize(("messages", "left"), [(2, 2), (3, 3), (4, 3), (None, 3)])
async def test_an_address_keeps_as_many_messages_as_it_is_told(
    kept: Kept, store: Store, messages: int | None, left: int
) -> None:
    await kept.upkeep(Upkeep(messages=messages))
    await furnish(store, BOB, EVE, EVE, BOB, EVE, EVE, BOB)
    assert await kept.left_after_a_minute() == left
    assert len(await store.mailbox.inbox(EVE, limit=9)) == 4


async def test_an_address_is_looked_after_once_a_minute_and_as_its_owner_says_now(
    kept: Kept, store: Store
) -> None:
    await kept.upkeep(Upkeep(messages=1))
    await furnish(store, BOB, BOB)
    assert await kept.keeping.round() == 1
    await store.intake.deliver(a_delivery(7, BOB))
    assert await kept.keeping.round() == 1  # where something went it is looked again
    await store.intake.deliver(a_delivery(8, BOB))
    assert await kept.keeping.round() == 1
    assert await kept.keeping.round() == 0
    await store.intake.deliver(a_delivery(9, BOB))
    assert await kept.keeping.round() == 0
    await kept.upkeep(Upkeep(messages=2))
    assert await kept.left_after_a_minute() == 2
    await kept.accounts.release(ANN, BOB)
    await store.intake.deliver(a_delivery(10, BOB))
    assert await kept.left_after_a_minute() == 3


async def test_an_address_that_is_flooded_keeps_no_other_waiting(kept: Kept, store: Store) -> None:
    await kept.upkeep(Upkeep(messages=1))
    await kept.keeping.round()
    for number in range(150):
        inbox = Inbox(f"a{number:03d}@inbox.test")
        await kept.accounts.reserve(ANN, [inbox], "", most=999, upkeep=Upkeep(messages=1))
        for copy in (1, 2):
            await store.intake.deliver(a_delivery(1000 * copy + number, inbox))
    store.clock.advance(EVERY)
    for number in range(3):
        await furnish_more(store, number)
        await kept.keeping.round()
    left = await inboxes(store)
    assert len([one for one in left if one != BOB]) == 150


async def test_a_backlog_is_worked_off_round_by_round(kept: Kept, store: Store) -> None:
    await kept.upkeep(Upkeep(messages=1))
    await kept.accounts.reserve(ANN, [EVE], "", most=9, upkeep=Upkeep(messages=1))
    await furnish(store, *[BOB] * 1101, *[EVE] * 1101)
    gone = [await kept.keeping.round()]
    assert 1000 <= gone[0] <= 1100
    assert await store.mailbox.count(EVE) == 1101
    while gone[-1]:
        gone.append(await kept.keeping.round())
    assert sum(gone) == 2200
    assert max(gone) <= 1100


async def furnish_more(store: Store, number: int) -> None:
    for copy in (1, 2):
        await store.intake.deliver(a_delivery(10_000 * copy + number, BOB))
