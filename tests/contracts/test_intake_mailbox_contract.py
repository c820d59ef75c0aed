"""What every store promises, whatever it is made of: the ports of intake and mailbox, by sentence."""

import asyncio
from collections.abc import Sequence

import pytest

from fakes.makers import BOB, EVE, NOON, HandClock, a_delivery
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Recipient, Summary
from mailweir.ports.intake import Intake, Room
from mailweir.ports.mailbox import Mailbox

NOBODY = Inbox("nobody@inbox.test")
DAY = 24 * 3600


def ids(summaries: Sequence[Summary]) -> list[str]:
    return [summary.id for summary in summaries]


async def expire_all(mailbox: Mailbox, *, before: int = 0, keep: int = 0) -> int:
    total = 0
    while removed := await mailbox.expire(before=before, keep=keep):
        total += removed
    return total


async def test_a_delivery_is_listed_with_everything_it_came_with(intake: Intake, mailbox: Mailbox) -> None:
    raw = b"Subject: hello \xff\r\nX-Other: 1\r\nfrom: sender@origin.test\r\n\r\nhello\r\n"
    delivery = a_delivery(1, Recipient("Bob+tag@Inbox.test", BOB), raw=raw)
    await intake.deliver(delivery)
    (found,) = await mailbox.inbox(BOB, limit=9)
    assert found == Summary(
        id=MessageId("q0000001-0"),
        inbox=BOB,
        original="Bob+tag@Inbox.test",
        seq=found.seq,
        received=NOON + 1,
        size=len(raw),
        sender="sender@origin.test",
        peer=delivery.peer,
        headers={"subject": b"hello \xff", "from": b"sender@origin.test"},
        flaws=delivery.flaws,
    )
    assert found.seq > 0


async def test_the_null_sender_stays_none(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1, sender=None))
    (found,) = await mailbox.inbox(BOB, limit=1)
    assert found.sender is None


async def test_every_recipient_gets_a_copy_of_his_own(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    assert ids(await mailbox.inbox(BOB, limit=9)) == ["q0000001-0"]
    assert ids(await mailbox.inbox(EVE, limit=9)) == ["q0000001-1"]
    assert await mailbox.raw(EVE, MessageId("q0000001-1")) == await mailbox.raw(BOB, MessageId("q0000001-0"))


async def test_a_recipient_named_twice_gets_one_copy(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1, BOB, BOB, EVE))
    assert ids(await mailbox.inbox(BOB, limit=9)) == ["q0000001-0"]
    assert ids(await mailbox.inbox(EVE, limit=9)) == ["q0000001-2"]


async def test_a_thousand_recipients_get_a_thousand_copies(intake: Intake, mailbox: Mailbox) -> None:
    inboxes = [Inbox(f"reader{n}@inbox.test") for n in range(1000)]
    await intake.deliver(a_delivery(1, *inboxes, raw=bytes(100_000)))
    assert len(await mailbox.all(limit=1000)) == 1000
    (last,) = await mailbox.inbox(inboxes[-1], limit=9)
    assert await mailbox.find(inboxes[-1], last.id) == last
    assert last.id == "q0000001-999"


async def test_of_a_delivery_that_cannot_be_kept_for_all_nobody_has_a_copy(
    intake: Intake, mailbox: Mailbox
) -> None:
    nameless = Recipient(None, EVE)  # pyright: ignore[reportArgumentType]  # what a defect of ours would do
    await asyncio.gather(intake.deliver(a_delivery(1, BOB, nameless)), return_exceptions=True)
    copies = await mailbox.all(limit=9)
    assert len(copies) in {0, 2}


async def test_a_replay_completes_and_changes_nothing(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1, BOB))
    before = await mailbox.all(limit=9), await mailbox.revision(BOB)
    await intake.deliver(a_delivery(1, BOB, EVE, raw=b"another"))
    assert (await mailbox.all(limit=9), await mailbox.revision(BOB)) == before
    assert await mailbox.revision(EVE) == 0


async def test_a_replay_at_the_same_moment_is_kept_once(intake: Intake, mailbox: Mailbox) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(1, BOB)) for _ in range(5)))
    assert len(await mailbox.inbox(BOB, limit=9)) == 1


async def test_a_replay_does_not_bring_back_what_was_deleted(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1, BOB))
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    await intake.deliver(a_delivery(1, BOB))
    assert await mailbox.all(limit=9) == []


async def test_a_replay_does_not_bring_back_the_copy_that_was_deleted_among_several(
    intake: Intake, mailbox: Mailbox
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    await intake.deliver(a_delivery(1, BOB, EVE))
    assert ids(await mailbox.all(limit=9)) == ["q0000001-1"]


async def test_a_replay_does_not_bring_back_what_expired(
    intake: Intake, mailbox: Mailbox, clock: HandClock
) -> None:
    for number in range(3):
        await intake.deliver(a_delivery(number))
    await expire_all(mailbox, keep=1)
    clock.advance(DAY - 10)
    await expire_all(mailbox, keep=1)
    await intake.deliver(a_delivery(0))
    assert ids(await mailbox.all(limit=9)) == ["q0000002-0"]


async def test_a_list_is_newest_first_in_the_order_of_keeping(intake: Intake, mailbox: Mailbox) -> None:
    for number, received in ((1, NOON), (2, NOON - 5000), (3, NOON - 9000)):
        await intake.deliver(a_delivery(number, received=received))
    found = await mailbox.inbox(BOB, limit=9)
    assert ids(found) == ["q0000003-0", "q0000002-0", "q0000001-0"]
    assert ids(await mailbox.all(limit=9)) == ids(found)
    assert found[0].seq > found[1].seq > found[2].seq


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (3, 3), (5, 5), (9, 5)])
async def test_a_list_has_at_most_limit_messages(
    intake: Intake, mailbox: Mailbox, limit: int, expected: int
) -> None:
    for number in range(5):
        await intake.deliver(a_delivery(number))
    newest_first = [f"q{number:07d}-0" for number in reversed(range(5))]
    assert ids(await mailbox.inbox(BOB, limit=limit)) == newest_first[:expected]
    assert ids(await mailbox.all(limit=limit)) == newest_first[:expected]


async def test_until_leaves_out_what_was_received_later(intake: Intake, mailbox: Mailbox) -> None:
    for number in range(5):
        await intake.deliver(a_delivery(number, BOB, EVE))
    assert ids(await mailbox.inbox(BOB, limit=2, until=NOON + 2)) == ["q0000002-0", "q0000001-0"]
    assert ids(await mailbox.all(limit=3, until=NOON + 2)) == ["q0000002-1", "q0000002-0", "q0000001-1"]
    assert await mailbox.all(limit=9, until=NOON - 1) == []


async def test_an_unknown_inbox_is_empty(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1))
    assert await mailbox.inbox(NOBODY, limit=9) == []
    assert await mailbox.revision(NOBODY) == 0


@pytest.mark.parametrize(
    "message", ["q0000001-1", "q0000001-00", "q0000002-0", "-0", "q0000001", "", "q-\x00"]
)
async def test_an_id_that_this_inbox_does_not_have_is_none(
    intake: Intake, mailbox: Mailbox, message: str
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    assert await mailbox.find(BOB, MessageId(message)) is None
    assert await mailbox.raw(BOB, MessageId(message)) is None
    assert not await mailbox.delete(BOB, MessageId(message))
    assert len(await mailbox.all(limit=9)) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        bytes(range(256)) * 3,
        b"no line end",
        b"\r\n" * 400,
        b"x" * 511,
        b"x" * 512,
        bytes(range(256)) * 12 * 1024,
    ],
    ids=["empty", "nul", "every-octet", "no-end", "blank-lines", "511", "512", "3-MiB"],
)
async def test_a_message_comes_back_byte_for_byte(intake: Intake, mailbox: Mailbox, raw: bytes) -> None:
    await intake.deliver(a_delivery(1, raw=raw))
    (found,) = await mailbox.inbox(BOB, limit=1)
    assert await mailbox.raw(BOB, found.id) == raw
    assert found.size == len(raw)


async def test_deleting_removes_that_copy_and_no_other(intake: Intake, mailbox: Mailbox) -> None:
    for number in (1, 2):
        await intake.deliver(a_delivery(number, BOB, EVE))
    assert await mailbox.delete(BOB, MessageId("q0000001-0"))
    assert not await mailbox.delete(BOB, MessageId("q0000001-0"))
    assert ids(await mailbox.all(limit=9)) == ["q0000002-1", "q0000002-0", "q0000001-1"]
    assert await mailbox.raw(BOB, MessageId("q0000001-0")) is None
    assert await mailbox.raw(EVE, MessageId("q0000001-1")) == a_delivery(1).raw


async def test_seq_rises_and_is_never_given_twice(intake: Intake, mailbox: Mailbox) -> None:
    seen: list[int] = []
    for number in range(5):
        await intake.deliver(a_delivery(number, BOB, EVE))
        newest, older = await mailbox.all(limit=2)
        seen += [older.seq, newest.seq]
        await mailbox.delete(newest.inbox, newest.id)
        await mailbox.delete(older.inbox, older.id)
    assert seen == sorted(set(seen))


async def test_the_revision_rises_with_every_change_of_that_inbox_only(
    intake: Intake, mailbox: Mailbox
) -> None:
    await intake.deliver(a_delivery(0, EVE))
    others = await mailbox.revision(EVE)
    revisions = [await mailbox.revision(BOB)]
    for number in (1, 2, 3):
        await intake.deliver(a_delivery(number, BOB))
        revisions.append(await mailbox.revision(BOB))
    await mailbox.delete(BOB, MessageId("q0000003-0"))
    revisions.append(await mailbox.revision(BOB))
    await mailbox.expire(before=0, keep=1)
    revisions.append(await mailbox.revision(BOB))
    await mailbox.delete(BOB, MessageId("q0000002-0"))
    revisions.append(await mailbox.revision(BOB))
    assert revisions[0] == 0
    assert revisions == sorted(set(revisions))
    assert await mailbox.revision(EVE) == others


async def test_an_inbox_that_was_empty_for_an_hour_has_revision_0(
    intake: Intake, mailbox: Mailbox, clock: HandClock
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    emptied = await mailbox.revision(BOB)
    clock.advance(3599)
    await mailbox.expire(before=0, keep=0)
    assert await mailbox.revision(BOB) == emptied
    clock.advance(12)
    await mailbox.expire(before=0, keep=0)
    assert await mailbox.revision(BOB) == 0
    await intake.deliver(a_delivery(2, BOB))
    assert await mailbox.revision(BOB) > emptied


async def test_retention_by_age_removes_what_was_received_before(intake: Intake, mailbox: Mailbox) -> None:
    for number in range(300):
        await intake.deliver(a_delivery(number, BOB, EVE))
    assert await expire_all(mailbox, before=NOON + 298) == 596
    assert ids(await mailbox.inbox(EVE, limit=9)) == ["q0000299-1", "q0000298-1"]


async def test_retention_by_age_is_not_held_up_by_mail_from_the_future(
    intake: Intake, mailbox: Mailbox
) -> None:
    await intake.deliver(a_delivery(1, received=NOON + 10**12))
    await intake.deliver(a_delivery(2))
    assert await expire_all(mailbox, before=NOON + 3) == 1
    assert ids(await mailbox.all(limit=9)) == ["q0000001-0"]


async def test_retention_by_count_keeps_the_newest_of_each_inbox(intake: Intake, mailbox: Mailbox) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(number, BOB)) for number in range(250)))
    for number in (900, 901, 902):
        await intake.deliver(a_delivery(number, EVE, BOB))
    assert await expire_all(mailbox, keep=2) == 252
    assert ids(await mailbox.inbox(BOB, limit=9)) == ["q0000902-1", "q0000901-1"]
    assert ids(await mailbox.inbox(EVE, limit=9)) == ["q0000902-0", "q0000901-0"]


async def test_retention_by_count_sees_mail_that_came_after_its_last_round(
    intake: Intake, mailbox: Mailbox
) -> None:
    await intake.deliver(a_delivery(1))
    assert await expire_all(mailbox, keep=1) == 0
    await intake.deliver(a_delivery(2))
    assert await expire_all(mailbox, keep=1) == 1
    assert await expire_all(mailbox, keep=1) == 0


async def test_a_lower_count_holds_for_mail_that_was_there_before(intake: Intake, mailbox: Mailbox) -> None:
    for number in range(4):
        await intake.deliver(a_delivery(number))
    assert await expire_all(mailbox, keep=3) == 1
    assert await expire_all(mailbox, keep=2) == 1


async def test_without_rules_nothing_expires(intake: Intake, mailbox: Mailbox) -> None:
    await intake.deliver(a_delivery(1))
    assert await mailbox.expire(before=0, keep=0) == 0


async def test_two_hundred_deliveries_at_once_are_all_kept(intake: Intake, mailbox: Mailbox) -> None:
    await asyncio.gather(*(intake.deliver(a_delivery(number, BOB, EVE)) for number in range(200)))
    found = await mailbox.inbox(BOB, limit=1000)
    assert sorted(ids(found)) == [f"q{number:07d}-0" for number in range(200)]
    assert [copy.seq for copy in found] == sorted((copy.seq for copy in found), reverse=True)


async def test_a_store_with_room_is_calm(intake: Intake) -> None:
    assert intake.room() in {Room.CALM, Room.SLOW, Room.FULL}
