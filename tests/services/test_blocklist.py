"""The blocklist of one process: what it asks, edits and keeps, and what it learns of others."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from fakes.bans import a_blocklist, a_subject, an_edit, some_terms
from fakes.makers import HandClock
from mailweir.adapters.memory.banbook import MemoryBanBook, MemoryBook
from mailweir.model.address import Address, Inbox
from mailweir.model.ban import Edit, Position, Wish
from mailweir.policy.ban_subjects import Bounds
from mailweir.policy.blocklist import REMEMBERED, SHIELD
from mailweir.ports.banbook import Reading
from mailweir.ports.errors import UnavailableError
from mailweir.services import ban_keeping
from mailweir.services.ban_keeping import LOOK, UNSAVED
from mailweir.services.blocklist import LONGEST_RULE_BAN, Blocklist

IP = "192.0.2.7"
FOR_GOOD = Wish(None, "a flood", "ann")
DAY = 24 * 3600 * 1000


class FailingBook(MemoryBanBook):
    """Keeps and reads nothing while it is told to fail; `anew` has the next reading be one of all."""

    failing = False
    anew = False

    def append(self, edits: Sequence[Edit]) -> Position:
        if self.failing:
            raise UnavailableError("the disk is away")
        return super().append(edits)

    def read(self) -> Reading:
        if self.failing:
            raise UnavailableError("the disk is away")
        anew, self.anew = self.anew, False
        if anew:
            self._read = 0
        reading = super().read()
        return Reading(reading.edits, reading.position, anew)

    def changed(self) -> bool:
        return self.anew or super().changed()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kept() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def blocklist(kept: MemoryBook, clock: HandClock) -> Blocklist:
    return a_blocklist(MemoryBanBook(kept), clock)


async def running(blocklist: Blocklist, seconds: float = 3 * LOOK) -> None:
    """Lets it keep up for a moment."""
    task = asyncio.create_task(blocklist.run())
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_people_put_holds_when_it_is_kept(
    blocklist: Blocklist, kept: MemoryBook, clock: HandClock
) -> None:
    subjects = [a_subject(IP), a_subject("spam.test"), a_subject("bob@thing.test", "recipient")]
    done = await blocklist.put("block", subjects, FOR_GOOD)
    assert (done.kept, done.refused, len(kept.edits)) == (3, [], 3)
    ban = blocklist.ban_on_peer(IP)
    assert ban is not None
    assert (ban.terms.reason, ban.terms.origin, ban.terms.created) == ("a flood", "ann", clock.now())
    assert blocklist.ban_on_sender(Address("any", "mail.spam.test")) is not None
    assert blocklist.ban_on_domain("spam.test") is not None
    assert blocklist.ban_on_recipient(Inbox("bob@thing.test")) is not None
    assert blocklist.ban_on_sender(None) is None
    assert blocklist.ban_on_hello("spam.test") is None
    await blocklist.put("allow", [a_subject(IP)], FOR_GOOD)
    assert (blocklist.ban_on_peer(IP), blocklist.allowed_peer(IP)) == (None, True)


async def test_what_cannot_be_kept_does_not_hold(kept: MemoryBook, clock: HandClock) -> None:
    book = FailingBook(kept)
    blocklist = a_blocklist(book, clock)
    book.failing = True
    with pytest.raises(UnavailableError):
        await blocklist.put("block", [a_subject(IP)], FOR_GOOD)
    assert (blocklist.ban_on_peer(IP), len(blocklist)) == (None, 0)
    book.failing = False
    await blocklist.put("block", [a_subject(IP)], FOR_GOOD)
    book.failing = True
    with pytest.raises(UnavailableError):
        await blocklist.lift([a_subject(IP)], "ann")
    assert blocklist.ban_on_peer(IP) is not None


async def test_a_lift_takes_out_what_people_and_rules_have_said_and_shields_it(
    blocklist: Blocklist, clock: HandClock
) -> None:
    subject = a_subject(IP)
    await blocklist.put("block", [subject], FOR_GOOD)
    assert blocklist.ban_now(subject, seconds=60, reason="flood", rule="peer") is not None
    lifted = await blocklist.lift([subject, a_subject("198.51.100.1")], "ann")
    assert [ban.register for ban in lifted.bans] == ["block", "rule"]
    assert blocklist.ban_on_peer(IP) is None
    assert (await blocklist.lift([subject], "ann")).bans == []
    for later, banned in ((SHIELD, False), (SHIELD + 1, True)):
        clock.advance(later / 1000)
        assert (blocklist.ban_now(subject, seconds=60, reason="flood", rule="peer") is not None) == banned
        clock.advance(-later / 1000)
    await blocklist.put("allow", [subject], FOR_GOOD)
    found = (await blocklist.lift([subject], "ann")).bans
    assert [ban.register for ban in found] == ["allow", "rule"], "each entry of that very subject"


async def test_a_clock_that_is_set_back_hinders_no_edit(blocklist: Blocklist, clock: HandClock) -> None:
    subject = a_subject(IP)
    await blocklist.put("block", [subject], FOR_GOOD)
    for step in (-3_600_000, 1, -3_600_000):
        clock.advance(step / 1000)
        await blocklist.lift([subject], "ann")
        assert blocklist.ban_on_peer(IP) is None
        await blocklist.put("block", [subject], FOR_GOOD)
        assert blocklist.ban_on_peer(IP) is not None


def test_a_rule_bans_at_once_for_a_day_at_most_and_makes_no_end_sooner(
    blocklist: Blocklist, clock: HandClock
) -> None:
    subject = a_subject(IP)
    first = blocklist.ban_now(subject, seconds=600, reason="flood", rule="peer")
    assert blocklist.ban_on_peer(IP) == first
    assert first is not None
    assert first.terms.expires == clock.now() + 600_000
    for seconds, expires in ((599, 600_000), (600, 600_000), (601, 601_000), (LONGEST_RULE_BAN * 9, DAY)):
        found = blocklist.ban_now(subject, seconds=seconds, reason="flood", rule="peer")
        assert found is not None
        assert found.terms.expires == clock.now() + expires


async def test_a_rule_bans_neither_whom_people_allow_nor_what_must_not_be_banned(clock: HandClock) -> None:
    bounds = Bounds(trusted=[ip_network("10.0.0.1")], own=frozenset({"mail.test"}))
    blocklist = a_blocklist(MemoryBanBook(MemoryBook()), clock, bounds=bounds)
    await blocklist.put("allow", [a_subject(IP)], FOR_GOOD)
    for text in (IP, "10.0.0.1", "10.0.0.0/8", "mail.test", "0.0.0.0/0"):
        assert blocklist.ban_now(a_subject(text), seconds=60, reason="flood", rule="peer") is None
    assert len(blocklist) == 1


async def test_a_ban_of_our_proxy_does_not_hold_whoever_has_written_it(
    kept: MemoryBook, clock: HandClock
) -> None:
    kept.edits.append(an_edit("10.0.0.0/24", "192.0.2.0/24"))
    blocklist = a_blocklist(MemoryBanBook(kept), clock, bounds=Bounds(trusted=[ip_network("10.0.0.1")]))
    blocklist.load()
    assert blocklist.ban_on_peer("10.0.0.9") is None
    assert blocklist.ban_on_peer(IP) is not None
    done = await blocklist.put("block", [a_subject("10.0.0.0/24"), a_subject(IP)], FOR_GOOD)
    assert (done.kept, [str(subject) for subject, _ in done.refused]) == (1, ["10.0.0.0/24"])


async def test_what_people_add_over_the_limit_is_refused_and_what_is_there_can_be_changed(
    kept: MemoryBook, clock: HandClock
) -> None:
    blocklist = a_blocklist(MemoryBanBook(kept), clock, limit=3)
    subjects = [a_subject(f"192.0.2.{number}") for number in range(5)]
    assert (await blocklist.put("block", subjects[:2], FOR_GOOD)).kept == 2
    done = await blocklist.put("block", subjects[2:4], FOR_GOOD)
    assert (done.kept, len(done.refused), len(blocklist)) == (1, 1, 3)
    assert "blocklist_limit" in done.refused[0][1].why
    assert (await blocklist.put("block", subjects[:3], FOR_GOOD)).kept == 3
    await blocklist.lift(subjects[:1], "ann")
    clock.advance(REMEMBERED / 1000)
    assert (await blocklist.put("block", subjects[4:], FOR_GOOD)).kept == 1


async def test_processes_learn_of_each_other(kept: MemoryBook, clock: HandClock) -> None:
    one, two = (a_blocklist(MemoryBanBook(kept), clock, writer=name) for name in ("one", "two"))
    changes: list[Position] = []
    end = two.on_change(lambda: changes.append(two.position))
    one.ban_now(a_subject(IP), seconds=60, reason="flood", rule="peer")
    await one.put("block", [a_subject("spam.test")], FOR_GOOD)
    assert two.ban_on_peer(IP) is None
    await asyncio.gather(running(one), running(two))
    assert two.ban_on_peer(IP) is not None
    assert two.ban_on_domain("spam.test") is not None
    assert two.position == one.position
    assert changes
    end()
    before = len(changes)
    await two.put("block", [a_subject("198.51.100.1")], FOR_GOOD)
    await asyncio.sleep(0)
    assert len(changes) == before


async def test_a_lift_is_stamped_after_what_another_process_has_just_written(
    kept: MemoryBook, clock: HandClock
) -> None:
    blocklist = a_blocklist(MemoryBanBook(kept), clock)
    kept.edits.append(an_edit(IP, terms=some_terms(clock.now() + DAY, writer="far")))
    assert len((await blocklist.lift([a_subject(IP)], "ann")).bans) == 1
    late = a_blocklist(MemoryBanBook(kept), clock)
    late.load()
    assert late.ban_on_peer(IP) is None


async def test_what_is_known_stays_known_while_the_book_cannot_be_read(
    kept: MemoryBook, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ban_keeping, "_PAUSE", LOOK)
    book = FailingBook(kept)
    blocklist = a_blocklist(book, clock)
    await blocklist.put("block", [a_subject(IP)], FOR_GOOD)
    book.failing = True
    kept.edits.append(an_edit("spam.test"))
    found = blocklist.ban_now(a_subject("198.51.100.1"), seconds=60, reason="flood", rule="peer")
    await running(blocklist)
    assert blocklist.ban_on_peer(IP) is not None
    assert blocklist.ban_on_peer("198.51.100.1") == found
    book.failing = False
    await running(blocklist)
    assert blocklist.ban_on_domain("spam.test") is not None
    assert {name for edit in kept.edits for name in edit.names} >= {a_subject("198.51.100.1").name}


async def test_a_book_that_is_read_anew_takes_nothing_that_is_yet_to_be_written(
    kept: MemoryBook, clock: HandClock
) -> None:
    book = FailingBook(kept)
    blocklist = a_blocklist(book, clock)
    await blocklist.put("block", [a_subject(IP)], FOR_GOOD)
    kept.edits[:] = [an_edit("spam.test")]
    blocklist.ban_now(a_subject("198.51.100.1"), seconds=60, reason="flood", rule="peer")
    book.anew = True
    await blocklist.catch_up()
    assert blocklist.ban_on_peer(IP) is None
    assert blocklist.ban_on_domain("spam.test") is not None
    assert blocklist.ban_on_peer("198.51.100.1") is not None


async def test_of_too_many_bans_that_wait_the_oldest_are_not_written_and_are_counted(
    kept: MemoryBook, clock: HandClock
) -> None:
    blocklist = a_blocklist(MemoryBanBook(kept), clock, limit=10**6)
    for number in range(UNSAVED + 1):
        subject = a_subject(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        blocklist.ban_now(subject, seconds=60, reason="flood", rule="peer")
    assert blocklist._keeping.unwritten == 1
    await blocklist.close()
    assert (len(kept.edits), kept.edits[0].names) == (UNSAVED, (a_subject("10.0.0.1").name,))


async def test_it_is_known_who_goes_by_an_edit_and_who_does_not(kept: MemoryBook, clock: HandClock) -> None:
    command = a_blocklist(MemoryBanBook(kept), clock)
    receiver = a_blocklist(MemoryBanBook(kept, role="receiver", pid=1), clock)
    a_blocklist(MemoryBanBook(kept, role="web", pid=2), clock)
    done = await command.put("block", [a_subject(IP)], FOR_GOOD)
    await receiver.catch_up()
    seen = await command.confirmations(done.position, patience=0)
    assert [one.role for one in seen.confirmed] == ["receiver"]
    assert [(one.role, one.pid) for one in seen.waiting] == [("web", 2)]


async def test_a_large_edit_of_another_process_keeps_nobody_waiting(
    kept: MemoryBook, clock: HandClock
) -> None:
    blocklist = a_blocklist(MemoryBanBook(kept), clock, limit=10**6)
    kept.edits.append(an_edit(*(f"10.0.{n >> 8}.{n & 255}" for n in range(20_000))))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await blocklist.catch_up()
    task.cancel()
    assert len(blocklist) == 20_000
    assert turns >= 20
