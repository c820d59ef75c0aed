"""Several inboxes at once, whole hosts, and what is saved anywhere: each message once, newest first."""

from collections.abc import Sequence
from functools import partial

import pytest

from contracts.conftest import Store
from fakes.makers import BOB, EVE, NOON, a_delivery
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.message import MessageId, Summary
from mailweir.model.places import Places
from mailweir.policy.marking import moved, noted, toggled
from mailweir.ports.mailbox import Usage

ANN, BEN = AccountName("ann"), AccountName("ben")
HOST = Host("inbox.test")
FAR = Inbox("far@elsewhere.test")
QUOTED = Inbox('"a@b"@inbox.test')


async def furnish(store: Store, *inboxes: Inbox) -> None:
    for number, inbox in enumerate(inboxes):
        await store.intake.deliver(a_delivery(number, inbox))


def ids(summaries: Sequence[Summary]) -> list[str]:
    return [one.id for one in summaries]


async def mark_saved(store: Store, inbox: Inbox, number: int, account: AccountName) -> None:
    name = MessageId(f"q{number:07d}-0")
    assert await store.mailbox.mark(inbox, name, partial(toggled, account=account)) is not None


async def test_a_host_has_the_mail_of_all_its_inboxes(store: Store) -> None:
    await furnish(store, BOB, FAR, EVE, QUOTED, Inbox("x@below.inbox.test"), Inbox("x@notinbox.test"))
    found = await store.mailbox.at_host(HOST, limit=9)
    assert ids(found) == ["q0000003-0", "q0000002-0", "q0000000-0"]
    assert ids(await store.mailbox.at_host(HOST, limit=2)) == ids(found)[:2]
    assert ids(await store.mailbox.at_host(HOST, limit=9, until=NOON + 2)) == ids(found)[1:]
    assert (
        ids(await store.mailbox.at_host(HOST, limit=1, shown=lambda inbox, _: inbox == BOB)) == ids(found)[2:]
    )
    assert list(await store.mailbox.at_host(HOST, limit=0)) == []
    assert list(await store.mailbox.at_host(Host("nowhere.test"), limit=9)) == []


async def test_several_places_are_one_list(store: Store) -> None:
    await furnish(store, BOB, FAR, EVE, BOB, Inbox("other@elsewhere.test"))
    await mark_saved(store, Inbox("other@elsewhere.test"), 4, ANN)
    places = Places((BOB, FAR), (HOST,), ANN)
    found = await store.mailbox.gather(places, limit=9)
    assert ids(found.messages) == [f"q000000{number}-0" for number in (4, 3, 2, 1, 0)]
    assert found.unread == 5
    page = await store.mailbox.gather(places, limit=2, skip=1)
    assert (ids(page.messages), page.unread) == (ids(found.messages)[1:3], 5)
    recent = await store.mailbox.gather(places, limit=9, since=NOON + 2)
    assert (ids(recent.messages), recent.unread) == (ids(found.messages)[:3], 5)
    narrow = await store.mailbox.gather(Places((FAR,)), limit=9)
    assert ids(narrow.messages) == ["q0000001-0"]
    nowhere = await store.mailbox.gather(Places(), limit=9)
    assert (list(nowhere.messages), nowhere.unread) == ([], 0)


async def test_what_is_put_away_is_not_gathered_and_what_is_read_not_counted(store: Store) -> None:
    await furnish(store, *[BOB] * 5)
    for number, change in enumerate(
        (partial(moved, folder="spam"), partial(moved, folder="trash"), partial(moved, folder="all"))
    ):
        await store.mailbox.mark(BOB, MessageId(f"q{number:07d}-0"), change)
    await store.mailbox.mark(BOB, MessageId("q0000003-0"), partial(noted, read=True))
    await store.mailbox.mark(BOB, MessageId("q0000004-0"), partial(noted, read=False))
    found = await store.mailbox.gather(Places((BOB,)), limit=9)
    assert ids(found.messages) == ["q0000004-0", "q0000003-0", "q0000002-0"]
    assert found.unread == 2


async def test_what_is_not_shown_or_not_wanted_takes_no_place(store: Store) -> None:
    await furnish(store, BOB, EVE, BOB, EVE)

    def hers(one: Summary) -> bool:
        return one.inbox == EVE

    places = Places(hosts=(HOST,))
    found = await store.mailbox.gather(places, limit=1, skip=1, wanted=hers)
    assert (ids(found.messages), found.unread) == (["q0000001-0"], 4)
    shown = await store.mailbox.gather(places, limit=9, shown=lambda inbox, _: inbox == BOB, wanted=hers)
    assert (list(shown.messages), shown.unread) == ([], 2)


async def test_several_places_are_walked_through_from_the_oldest_on(store: Store) -> None:
    other = Inbox("other@elsewhere.test")
    await furnish(store, BOB, FAR, EVE, BOB, other, QUOTED, other)
    await mark_saved(store, other, 4, ANN)
    await mark_saved(store, EVE, 2, BEN)
    await store.mailbox.mark(BOB, MessageId("q0000000-0"), partial(moved, folder="trash"))
    places = Places((BOB, FAR), (HOST,), ANN)
    whole = await store.mailbox.walk(places, 0, limit=99)
    assert ids(whole) == [f"q000000{number}-0" for number in (0, 1, 2, 3, 4, 5)]
    assert whole[0].marks.folder == "trash"
    for limit in (5, 6, 7):
        assert list(await store.mailbox.walk(places, 0, limit=limit)) == list(whole[:limit])
    walked: list[Summary] = []
    while page := await store.mailbox.walk(places, walked[-1].seq if walked else 0, limit=2):
        walked += page
    assert walked == list(whole)
    assert ids(await store.mailbox.walk(Places((FAR,)), 0, limit=9)) == ["q0000001-0"]
    assert ids(await store.mailbox.walk(Places(saved_by=ANN), 0, limit=9)) == ["q0000004-0"]
    assert list(await store.mailbox.walk(Places(), 0, limit=9)) == []


async def test_each_message_counts_once_in_what_is_used(store: Store) -> None:
    await furnish(store, BOB, EVE, FAR)
    size = (await store.mailbox.inbox(BOB, limit=1))[0].size
    assert await store.mailbox.usage(Places((BOB,), (HOST,))) == Usage(2, 2 * size)
    assert await store.mailbox.usage(Places()) == Usage(0, 0)


@pytest.mark.parametrize(("viewer", "count"), [(ANN, 2), (BEN, 1)])
async def test_of_a_host_is_counted_what_others_have_not_saved(
    store: Store, viewer: AccountName, count: int
) -> None:
    await furnish(store, BOB, EVE, FAR)
    await mark_saved(store, EVE, 1, ANN)
    assert await store.mailbox.count_host(HOST, viewer=viewer) == count


async def test_a_host_is_emptied_but_for_what_is_saved(store: Store) -> None:
    await furnish(store, *[BOB] * 60, EVE, FAR, EVE)
    await mark_saved(store, EVE, 60, ANN)
    await mark_saved(store, EVE, 62, BEN)
    before = await store.mailbox.revision(BOB)
    assert await store.mailbox.clear_host(HOST) == 60
    assert await store.mailbox.revision(BOB) > before
    assert ids(await store.mailbox.all(limit=9)) == ["q0000062-0", "q0000061-0", "q0000060-0"]
    assert await store.mailbox.clear_host(HOST, saved_by=ANN) == 1
    assert ids(await store.mailbox.all(limit=9)) == ["q0000062-0", "q0000061-0"]
    assert await store.mailbox.clear_host(HOST, saved_by=ANN) == 0


def loose(inbox: Inbox, saved_by: AccountName | None) -> bool:
    """What Eve's address and BEN have is not shown."""
    return inbox != EVE and saved_by != BEN


async def test_of_a_host_is_counted_what_is_shown(store: Store) -> None:
    await furnish(store, BOB, EVE, FAR, BOB, QUOTED, BOB)
    await mark_saved(store, BOB, 3, BEN)
    await mark_saved(store, BOB, 5, ANN)
    assert await store.mailbox.count_at(HOST, shown=loose) == 3
    assert await store.mailbox.count_at(HOST, shown=lambda _, __: True) == 5
    assert await store.mailbox.count_at(Host("nowhere.test"), shown=loose) == 0


async def test_a_message_is_found_at_its_host_by_its_id(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, BOB, FAR, QUOTED))
    for name, inbox in (("q0000001-0", BOB), ("q0000001-1", None), ("q0000001-2", QUOTED)):
        found = await store.mailbox.find_at(HOST, MessageId(name))
        assert (found and found.inbox) == inbox
        assert found == (inbox and await store.mailbox.find(inbox, MessageId(name)))
    for name in ("q0000001-3", "q0000002-0", "q0000001", "", "q0000001-00", "-0"):
        assert await store.mailbox.find_at(HOST, MessageId(name)) is None


async def test_a_host_is_emptied_of_what_is_shown(store: Store) -> None:
    await furnish(store, *[EVE, BOB] * 60, FAR, BOB, BOB)
    await mark_saved(store, BOB, 121, ANN)
    await mark_saved(store, BOB, 122, BEN)
    assert await store.mailbox.clear_host(HOST, shown=loose) == 60
    assert len(await store.mailbox.inbox(EVE, limit=99)) == 60
    assert ids(await store.mailbox.inbox(BOB, limit=99)) == ["q0000122-0", "q0000121-0"]
    assert await store.mailbox.clear_host(HOST, saved_by=ANN, shown=loose) == 1
    assert await store.mailbox.clear_host(HOST, saved_by=BEN, shown=loose) == 0
    assert ids(await store.mailbox.inbox(BOB, limit=99)) == ["q0000122-0"]


async def test_much_that_is_not_shown_hides_nothing_that_is_to_go(store: Store) -> None:
    await furnish(store, *[EVE] * 1500, BOB, *[EVE] * 600, BOB)
    assert await store.mailbox.clear_host(HOST, shown=loose) == 2
    assert await store.mailbox.count(EVE) == 2100


async def test_what_comes_after_is_told_of_hosts_and_inboxes_once_each(store: Store) -> None:
    await furnish(store, BOB, FAR, EVE, Inbox("x@third.test"), QUOTED, FAR)
    mailbox = store.mailbox

    async def after(seq: int, limit: int, inboxes: Sequence[Inbox], hosts: Sequence[Host]) -> list[int]:
        return [int(one.id[1:8]) for one in await mailbox.after(inboxes, seq, limit=limit, hosts=hosts)]

    assert await after(0, 9, (), (HOST,)) == [0, 2, 4]
    assert await after(0, 9, (BOB, FAR), (HOST,)) == [0, 1, 2, 4, 5]
    assert await after(0, 4, (BOB, FAR), (HOST,)) == [0, 1, 2, 4]
    assert await after(0, 9, (FAR,), (HOST, Host("third.test"))) == [0, 1, 2, 3, 4, 5]
    first, *_, last = await mailbox.after(None, 0, limit=9)
    assert await after(first.seq, 2, (FAR,), (HOST,)) == [1, 2]
    assert await after(last.seq, 9, (FAR,), (HOST,)) == []
    assert await after(0, 9, (), (Host("nowhere.test"),)) == []
