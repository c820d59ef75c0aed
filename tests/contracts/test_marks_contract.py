"""Marks: kept with the copy, seen in every list, and what is saved stays."""

import asyncio
from functools import partial

import pytest
from msgspec.structs import replace

from contracts.conftest import Store
from fakes.makers import BOB, EVE, NOON, a_delivery
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.marks import UNMARKED, Marks
from mailweir.model.message import MessageId, Recipient
from mailweir.policy.marking import labelled, moved, noted, toggled

ANN, BEN = AccountName("ann"), AccountName("ben")
FIRST = MessageId("q0000001-0")
NEVER = 0


async def furnish(store: Store, count: int = 3) -> None:
    for number in range(1, count + 1):
        await store.intake.deliver(a_delivery(number, BOB, EVE))


async def test_what_is_marked_is_so_wherever_it_is_shown(store: Store) -> None:
    await furnish(store)
    mailbox = store.mailbox
    for change in (
        partial(toggled, account=ANN),
        partial(labelled, label="new"),
        partial(labelled, label="ä\N{SNOWMAN}"),
        partial(moved, folder="trash"),
        partial(noted, read=False),
    ):
        marked = await mailbox.mark(BOB, FIRST, change)
    assert marked is not None
    assert marked.marks == Marks(ANN, "trash", ("new", "ä\N{SNOWMAN}"), read=False)
    shown = [
        await mailbox.find(BOB, FIRST),
        (await mailbox.inbox(BOB, limit=9))[-1],
        next(one for one in await mailbox.all(limit=9) if one.seq == marked.seq),
        (await mailbox.after([BOB], 0, limit=1))[0],
        *await mailbox.saved(ANN, limit=9),
    ]
    assert shown == [marked] * 5
    others = [one for one in await mailbox.all(limit=9) if one.seq != marked.seq]
    assert {one.marks for one in others} == {UNMARKED}


async def test_a_mark_raises_the_revision_and_nothing_else_does(store: Store) -> None:
    await furnish(store, 1)
    before = await store.mailbox.revision(BOB)
    other = await store.mailbox.revision(EVE)
    await store.mailbox.mark(BOB, FIRST, partial(noted, read=True))
    after = await store.mailbox.revision(BOB)
    assert after > before
    await store.mailbox.mark(BOB, FIRST, partial(noted, read=True))
    assert await store.mailbox.revision(BOB) == after
    assert await store.mailbox.revision(EVE) == other
    assert await store.mailbox.mark(BOB, MessageId("q0000009-0"), partial(noted, read=True)) is None
    assert await store.mailbox.mark(EVE, FIRST, partial(noted, read=True)) is None


async def test_what_one_account_saved_is_told_apart_from_anothers(store: Store) -> None:
    await furnish(store)
    await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    await store.mailbox.mark(BOB, MessageId("q0000002-0"), partial(toggled, account=BEN))

    def for_ann(_: str, saved_by: AccountName | None) -> bool:
        return saved_by in {None, ANN}

    listed = await store.mailbox.inbox(BOB, limit=9, shown=for_ann)
    assert [one.id for one in listed] == ["q0000003-0", FIRST]
    assert await store.mailbox.count(BOB, shown=for_ann) == 2
    assert await store.mailbox.count(BOB) == 3
    assert [one.id for one in await store.mailbox.saved(BEN, limit=9)] == ["q0000002-0"]
    assert [one.id for one in await store.mailbox.inbox(BOB, limit=1, shown=for_ann)] == ["q0000003-0"]


async def test_what_is_saved_is_left_by_retention_and_by_emptying(store: Store) -> None:
    await furnish(store)
    await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    while await store.mailbox.expire(before=NOON + 10**9, keep=0):
        pass
    assert [one.id for one in await store.mailbox.all(limit=9)] == [FIRST]
    assert await store.mailbox.clear(BOB) == 0
    assert await store.mailbox.clear(BOB, saved_by=BEN) == 0
    assert await store.mailbox.clear(BOB, saved_by=ANN) == 1
    assert list(await store.mailbox.all(limit=9)) == []
    assert list(await store.mailbox.saved(ANN, limit=9)) == []


@pytest.mark.parametrize("keep", [1, 2])
async def test_what_is_saved_is_no_surplus(store: Store, keep: int) -> None:
    await furnish(store, 5)
    for number in (1, 2):
        await store.mailbox.mark(BOB, MessageId(f"q000000{number}-0"), partial(toggled, account=ANN))
    for _ in range(3):  # a scan says once that it has come to the end
        while await store.mailbox.expire(before=NEVER, keep=keep):
            pass
    left = [one.id for one in await store.mailbox.inbox(BOB, limit=9)]
    assert left == [f"q000000{number}-0" for number in range(5, 5 - keep, -1)] + ["q0000002-0", "q0000001-0"]


async def test_what_was_let_go_again_goes(store: Store) -> None:
    await furnish(store, 1)
    for _ in range(2):
        await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    while await store.mailbox.expire(before=NOON + 10**9, keep=0):
        pass
    assert list(await store.mailbox.all(limit=9)) == []


async def test_what_is_saved_in_the_meantime_is_not_deleted(store: Store) -> None:
    await furnish(store, 1)

    def for_nobody(_: str, saved_by: AccountName | None) -> bool:
        return saved_by is None

    await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    assert not await store.mailbox.delete(BOB, FIRST, shown=for_nobody)
    assert await store.mailbox.find(BOB, FIRST) is not None
    await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    assert await store.mailbox.delete(BOB, FIRST, shown=for_nobody)


@pytest.mark.parametrize("count", [1, 60])
async def test_what_an_account_has_saved_is_let_go_at_once(store: Store, count: int) -> None:
    await furnish(store, count)
    for number in range(1, count + 1):
        message = MessageId(f"q{number:07d}-0")
        await store.mailbox.mark(BOB, message, partial(toggled, account=ANN))
        await store.mailbox.mark(BOB, message, partial(labelled, label="mine"))
    revision = await store.mailbox.revision(BOB)
    assert await store.mailbox.saved_number(ANN) == count
    assert await store.mailbox.forsake(BEN) == 0
    assert await store.mailbox.forsake(ANN) == count
    assert await store.mailbox.saved_number(ANN) == 0
    assert {one.marks for one in await store.mailbox.inbox(BOB, limit=100)} == {UNMARKED}
    assert await store.mailbox.revision(BOB) > revision


async def test_a_list_that_was_asked_for_a_moment_ago_steps_over_much_that_is_hidden(store: Store) -> None:
    await furnish(store, 130)
    for number in range(2, 131):
        await store.mailbox.mark(BOB, MessageId(f"q{number:07d}-0"), partial(toggled, account=ANN))

    def for_nobody(_: str, saved_by: AccountName | None) -> bool:
        return saved_by is None

    for _ in range(2):
        assert [one.id for one in await store.mailbox.inbox(BOB, limit=5, shown=for_nobody)] == [FIRST]


def saved(inbox: Inbox, account: AccountName | None) -> Recipient:
    return Recipient(inbox, inbox, account)


async def test_what_is_saved_on_its_arrival_is_so_wherever_it_is_shown(store: Store) -> None:
    mailbox = store.mailbox
    await store.intake.deliver(a_delivery(1, saved(BOB, ANN), saved(EVE, None)))
    copy = await mailbox.find(BOB, FIRST)
    assert copy is not None
    assert copy.marks == Marks(ANN)
    shown = [
        *await mailbox.inbox(BOB, limit=9),
        *[one for one in await mailbox.all(limit=9) if one.inbox == BOB],
        *await mailbox.after([BOB], 0, limit=9),
        *await mailbox.saved(ANN, limit=9),
    ]
    assert shown == [copy] * 4
    assert [one.marks for one in await mailbox.inbox(EVE, limit=9)] == [UNMARKED]
    assert await mailbox.count(BOB, shown=lambda _, saved_by: saved_by in {None, BEN}) == 0
    assert await mailbox.saved_number(ANN) == 1
    assert await mailbox.saved_number(BEN) == 0


@pytest.mark.parametrize("count", [1, 65])
async def test_deliveries_are_saved_for_different_accounts_in_one_batch(store: Store, count: int) -> None:
    savers = [ANN, None, BEN]
    await asyncio.gather(
        *(store.intake.deliver(a_delivery(n, saved(BOB, savers[n % 3]))) for n in range(3 * count))
    )
    for account in (ANN, BEN):
        kept = await store.mailbox.saved(account, limit=1000)
        assert len(kept) == count
        assert {savers[int(str(one.id)[1:8]) % 3] for one in kept} == {account}


async def test_what_is_saved_on_its_arrival_stays_until_it_is_let_go(store: Store) -> None:
    mailbox = store.mailbox
    await store.intake.deliver(a_delivery(1, saved(BOB, ANN), saved(EVE, None)))
    while await mailbox.expire(before=NOON + 10**9, keep=0):
        pass
    assert [one.id for one in await mailbox.all(limit=9)] == [FIRST]
    await mailbox.mark(BOB, FIRST, partial(labelled, label="mine"))
    found = await mailbox.find(BOB, FIRST)
    assert found is not None
    assert found.marks == Marks(ANN, labels=("mine",))
    await mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    store.clock.advance(3600)  # until what was passed over is looked at again
    while await mailbox.expire(before=NOON + 10**9, keep=0):
        pass
    assert list(await mailbox.all(limit=9)) == []


async def test_a_replay_does_not_save_what_was_let_go(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, saved(BOB, ANN)))
    await store.mailbox.mark(BOB, FIRST, partial(toggled, account=ANN))
    await store.intake.deliver(a_delivery(1, saved(BOB, ANN)))
    assert [one.marks for one in await store.mailbox.all(limit=9)] == [UNMARKED]


async def test_an_inbox_that_is_named_twice_is_saved_once(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, saved(BOB, ANN), saved(BOB, ANN)))
    assert [one.id for one in await store.mailbox.saved(ANN, limit=9)] == [FIRST]


async def test_a_copy_is_claimed_once_and_is_shown_as_before(store: Store) -> None:
    await furnish(store, 1)
    mailbox = store.mailbox
    (message,) = await mailbox.inbox(BOB, limit=9)
    won: list[bool] = []

    def claim(marks: Marks) -> Marks:
        won.append(not marks.claimed)
        return replace(marks, claimed=True)

    for _ in range(2):
        await mailbox.mark(BOB, message.id, claim)
    assert won == [True, False]
    (claimed,) = await mailbox.inbox(BOB, limit=9)
    assert claimed == replace(message, marks=Marks(claimed=True))
