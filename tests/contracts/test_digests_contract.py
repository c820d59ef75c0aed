"""What every store promises of digests, by sentence."""

import pytest

from fakes.makers import BOB, EVE, a_delivery
from mailweir.model.digest import RULES, Brief, Digest, failure
from mailweir.model.message import MessageId
from mailweir.ports.digests import Digests
from mailweir.ports.intake import Intake
from mailweir.ports.mailbox import Mailbox

FIRST = MessageId("q0000001-0")


def a_digest(subject: str = "hello", *, rules: int = RULES) -> Digest:
    return Digest(Brief("done", subject=subject, snippet="…"), text="hello\n", rules=rules)


async def digest_all(digests: Digests) -> None:
    found = await digests.undigested(100)
    await digests.keep([(unread.key, a_digest()) for unread in found])


async def test_a_message_waits_for_its_digest_with_its_octets_and_its_peer(
    intake: Intake, digests: Digests
) -> None:
    delivery = a_delivery(1, raw=b"Subject: one\r\n\r\n" + b"x" * 2000)
    await intake.deliver(delivery)
    (unread,) = await digests.undigested(9)
    assert (unread.raw, unread.ip, unread.received) == (delivery.raw, "192.0.2.1", delivery.received)


async def test_messages_are_given_out_once_and_oldest_first(intake: Intake, digests: Digests) -> None:
    for number in range(5):
        await intake.deliver(a_delivery(number, raw=b"%d" % number))
    given = [*await digests.undigested(2), *await digests.undigested(2), *await digests.undigested(2)]
    assert [unread.raw for unread in given] == [b"0", b"1", b"2", b"3", b"4"]
    assert not await digests.undigested(2)


async def test_large_messages_are_given_out_a_few_at_a_time(intake: Intake, digests: Digests) -> None:
    for number in range(4):
        await intake.deliver(a_delivery(number, raw=bytes(5_000_000)))
    assert [len(await digests.undigested(100)) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_a_digest_is_shown_by_lists_and_read_whole(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    (before,) = await mailbox.inbox(BOB, limit=1)
    assert before.brief is None
    assert await mailbox.digest(BOB, FIRST) is None
    await digest_all(digests)
    (after,) = await mailbox.inbox(BOB, limit=1)
    assert after.brief == a_digest().brief
    assert after == await mailbox.find(BOB, FIRST)
    assert await mailbox.digest(BOB, FIRST) == a_digest()
    assert await mailbox.digest(EVE, MessageId("q0000001-1")) == a_digest()
    assert await mailbox.digest(EVE, FIRST) is None
    assert {s.brief for s in await mailbox.all(limit=9)} == {a_digest().brief}


async def test_a_digest_changes_every_inbox_that_its_message_lies_in(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    await intake.deliver(a_delivery(2, BOB))
    before = {inbox: await mailbox.revision(inbox) for inbox in (BOB, EVE)}
    first, second = await digests.undigested(9)
    assert set(await digests.keep([(first.key, a_digest())])) == {BOB, EVE}
    middle = {inbox: await mailbox.revision(inbox) for inbox in (BOB, EVE)}
    assert all(middle[inbox] > before[inbox] for inbox in (BOB, EVE))
    assert set(await digests.keep([(second.key, a_digest())])) == {BOB}
    assert await mailbox.revision(BOB) > middle[BOB]
    assert await mailbox.revision(EVE) == middle[EVE]


async def test_a_digest_of_a_message_that_is_gone_is_dropped(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1))
    (unread,) = await digests.undigested(9)
    await mailbox.delete(BOB, FIRST)
    revision = await mailbox.revision(BOB)
    assert not await digests.keep([(unread.key, a_digest())])
    assert await mailbox.digest(BOB, FIRST) is None
    assert await mailbox.revision(BOB) == revision


async def test_what_is_removed_takes_its_digest_along(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1))
    await digest_all(digests)
    await mailbox.delete(BOB, FIRST)
    await digests.tidy()
    assert await mailbox.digest(BOB, FIRST) is None
    assert await digests.count_outdated(RULES + 1) == 0


async def test_a_digest_takes_the_place_of_an_earlier_one(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1))
    (unread,) = await digests.undigested(9)
    await digests.keep([(unread.key, failure("time"))])
    revision = await mailbox.revision(BOB)
    await digests.keep([(unread.key, a_digest("better"))])
    (found,) = await mailbox.inbox(BOB, limit=1)
    assert found.brief == a_digest("better").brief
    assert await mailbox.revision(BOB) > revision


async def test_digests_by_older_rules_are_found_again(intake: Intake, digests: Digests) -> None:
    for number in range(4):
        await intake.deliver(a_delivery(number, raw=b"%d" % number))
    found = await digests.undigested(9)
    await digests.keep([(unread.key, a_digest(rules=RULES - unread.key % 2)) for unread in found])
    old = [unread.key for unread in found if unread.key % 2]
    assert await digests.count_outdated(RULES) == len(old) == 2
    first = await digests.outdated(RULES, after=0, limit=1)
    second = await digests.outdated(RULES, after=first[0].key, limit=9)
    assert [unread.key for unread in (*first, *second)] == old


async def test_distrusted_digests_are_all_outdated_until_they_are_made_anew(
    intake: Intake, digests: Digests
) -> None:
    for number in range(4):
        await intake.deliver(a_delivery(number, raw=b"%d" % number))
    await digest_all(digests)
    assert await digests.count_outdated(RULES) == 0
    await digests.distrust()
    first, *others = await digests.outdated(RULES, after=0, limit=9)
    assert len(others) == 3
    await digests.keep([(first.key, a_digest())])
    assert [unread.key for unread in await digests.outdated(RULES, after=0, limit=9)] == [
        u.key for u in others
    ]


@pytest.mark.parametrize("limit", [1, 2, 99])
async def test_messages_after_a_seq_come_oldest_first(intake: Intake, mailbox: Mailbox, limit: int) -> None:
    for number in range(3):
        await intake.deliver(a_delivery(number, BOB, EVE))
    everything = sorted(await mailbox.all(limit=99), key=lambda copy: copy.seq)
    found = await mailbox.after([EVE, BOB], everything[1].seq, limit=limit)
    assert list(found) == everything[2:][:limit]
    assert [c.inbox for c in await mailbox.after([EVE], 0, limit=9)] == [EVE] * 3
    assert not await mailbox.after([], 0, limit=9)
