"""Lists over all inboxes leave out what is not shown, and are as long as they would be without it."""

from pathlib import Path

import pytest

from contracts.conftest import Store
from fakes.makers import BOB, EVE, a_delivery
from mailweir.adapters.parser_pool.digesting import digest_of
from mailweir.adapters.sqlite import queries
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.query import Words

RAW = b"Subject: hello\r\n\r\nhello there\r\n"


def everything(_: Inbox, __: AccountName | None) -> bool:
    return True


def nothing(_: Inbox, __: AccountName | None) -> bool:
    return False


async def furnish(store: Store, *inboxes: Inbox) -> None:
    """A message in each of these, in this order, all of them digested."""
    for number, inbox in enumerate(inboxes):
        await store.intake.deliver(a_delivery(number, inbox, raw=RAW))
    while unread := await store.digests.undigested(100):
        await store.digests.keep([(one.key, digest_of(one.raw)) for one in unread])


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_what_is_not_shown_takes_no_place_in_the_list_of_all(store: Store, limit: int) -> None:
    await furnish(store, BOB, EVE, BOB, EVE, EVE, EVE)
    found = await store.mailbox.all(limit=limit, shown=lambda inbox, _: inbox == BOB)
    assert [one.id for one in found] == ["q0000002-0", "q0000000-0"][:limit]
    assert await store.mailbox.all(limit=limit, shown=everything) == await store.mailbox.all(limit=limit)
    assert list(await store.mailbox.all(limit=limit, shown=nothing)) == []


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_what_is_not_shown_takes_no_place_in_a_search(store: Store, limit: int) -> None:
    await furnish(store, BOB, *[EVE] * 30, BOB, *[EVE] * 30)
    query = Words("hello", None, prefix=False)
    found = await store.mailbox.search(None, query, limit=limit, shown=lambda inbox, _: inbox == BOB)
    assert [one.id for one in found] == ["q0000031-0", "q0000000-0"][:limit]
    assert list(await store.mailbox.search(None, query, limit=limit, shown=nothing)) == []


async def test_of_a_message_to_both_only_the_copy_that_is_shown_is_listed(store: Store) -> None:
    await store.intake.deliver(a_delivery(1, BOB, EVE, raw=RAW))
    found = await store.mailbox.all(limit=9, shown=lambda inbox, _: inbox == EVE)
    assert [(one.id, one.inbox) for one in found] == [("q0000001-1", EVE)]


async def test_no_more_than_so_many_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_LOOKED_AT", 3)
    prepare(tmp_path, SystemClock())
    intake = SqliteIntake.in_thread(tmp_path, SystemClock())
    mailbox = SqliteMailbox(tmp_path, SystemClock())
    for number, inbox in enumerate((BOB, BOB, EVE, EVE)):
        await intake.deliver(a_delivery(number, inbox, raw=RAW))
    assert len(await mailbox.all(limit=9, shown=lambda inbox, _: inbox == BOB)) == 1
    await intake.close()
    await mailbox.close()
