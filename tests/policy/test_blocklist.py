"""The converging set: any order gives the same, people win over rules, what has ended hits nobody."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.bans import a_subject, an_edit, some_terms
from mailweir.model.address import Address, Inbox
from mailweir.model.ban import REGISTERS, Edit, Register, Stamp, Subject, Terms
from mailweir.policy.blocklist import REMEMBERED, SHIELD, Bans

NOW = 1_790_000_000_000
SUBJECTS = [
    a_subject(text) for text in ("192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "spam.test", "a@b.test")
]

TERMS = st.builds(
    Terms,
    st.builds(Stamp, st.integers(0, 3), st.integers(0, 1), st.sampled_from(["one", "two"])),
    st.integers(0, 2),
    st.one_of(st.none(), st.integers(0, 3)),
    st.booleans(),
    st.sampled_from(["", "flood"]),
    st.just("ann"),
)


def _edit(register: Register, subject: Subject, terms: Terms) -> Edit:
    return Edit(register, subject.kind, (subject.name,), terms)


EDITS = st.lists(st.builds(_edit, st.sampled_from(REGISTERS), st.sampled_from(SUBJECTS), TERMS), max_size=12)


def held(*edits: Edit, limit: int = 1000) -> Bans:
    bans = Bans(limit)
    for edit in edits:
        bans.merge(edit)
    return bans


def dump(bans: Bans) -> dict[tuple[Register, Subject], Terms]:
    entries: list[tuple[Register, Subject]] = [
        (register, subject) for register in REGISTERS for subject in SUBJECTS
    ]
    return {entry: terms for entry in entries if (terms := bans.get(*entry)) is not None}


@given(EDITS, EDITS, EDITS, st.integers())
def test_merging_is_commutative_associative_and_idempotent(
    one: list[Edit], two: list[Edit], three: list[Edit], seed: int
) -> None:
    edits = [*one, *two, *three]
    everything = dump(held(*edits))
    Random(seed).shuffle(edits)
    assert dump(held(*edits, *one, *one)) == everything
    left = held(*held(*one, *two).edits(), *three)
    right = held(*one, *held(*two, *three).edits())
    assert dump(left) == dump(right) == everything
    assert len(left) == len(everything)


def test_an_address_is_refused_by_the_networks_around_it_also_in_the_clothes_of_ipv6() -> None:
    bans = held(an_edit("192.0.2.0/24"), an_edit("2001:db8::/32"))
    for ip in ("192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7", "2001:db8::1"):
        assert bans.peer(ip, NOW) is not None, ip
    for ip in ("192.0.1.255", "192.0.3.0", "2001:db9::1", "::192.0.2.7", "unknown", ""):
        assert bans.peer(ip, NOW) is None, ip


def test_a_domain_is_banned_with_all_that_is_under_it() -> None:
    bans = held(an_edit("spam.test"), an_edit("eve@good.test"), an_edit("helo.test", kind="hello"))
    for local, domain in (("x", "spam.test"), ("x", "a.b.SPAM.test"), ("Eve+tag", "good.test")):
        assert bans.sender(Address(local, domain), NOW) is not None, domain
    for local, domain in (("x", "notspam.test"), ("x", "test"), ("eve", "a.good.test"), ("bob", "good.test")):
        assert bans.sender(Address(local, domain), NOW) is None, domain
    assert bans.domain("a.spam.test", NOW) is not None
    assert bans.hello("Mail.HELO.test.", NOW) is not None
    assert bans.hello("spam.test", NOW) is None
    assert held(an_edit("helo.test", kind="hello")).sender(Address("x", "helo.test"), NOW) is None


def test_recipients_are_refused_by_inbox_or_host() -> None:
    bans = held(an_edit("bob@thing.test", kind="recipient"), an_edit("closed.test", kind="recipient"))
    for inbox, refused in (
        ("bob@thing.test", True),
        ("eve@thing.test", False),
        ("any@closed.test", True),
        ("any@under.closed.test", False),
    ):
        assert (bans.recipient(Inbox(inbox), NOW) is not None) == refused, inbox


@pytest.mark.parametrize("register", ["block", "rule"])
@pytest.mark.parametrize("allowed", ["192.0.2.7", "192.0.0.0/16", "192.0.2.0/24"])
def test_whom_people_allow_is_let_in_whatever_else_is_said(register: Register, allowed: str) -> None:
    blocked = an_edit("192.0.2.0/24", register=register, terms=some_terms(9))
    bans = held(an_edit(allowed, register="allow"), blocked)
    assert bans.peer("192.0.2.7", NOW) is None
    assert bans.allows_peer("192.0.2.7", NOW)
    assert not bans.allows_peer("198.51.100.1", NOW)
    found = bans.deciding(a_subject("192.0.2.7"), NOW)
    assert found is not None
    assert found.register == "allow"


def test_a_sender_is_let_in_by_his_address_or_his_domain() -> None:
    for allowed in ("bob@spam.test", "spam.test", "test.test"):
        bans = held(an_edit("spam.test"), an_edit("bob@spam.test"), an_edit(allowed, register="allow"))
        assert (bans.sender(Address("bob", "spam.test"), NOW) is None) == (allowed != "test.test")


def test_an_entry_holds_until_it_expires_and_wider_ones_go_on() -> None:
    soon = an_edit("192.0.2.7", terms=some_terms(expires=NOW))
    for now, refused in ((NOW - 1, True), (NOW, False), (NOW + 1, False)):
        assert (held(soon).peer("192.0.2.7", now) is not None) == refused
    found = held(soon, an_edit("192.0.2.0/24")).peer("192.0.2.7", NOW)
    assert found is not None
    assert str(found.subject) == "192.0.2.0/24"


def test_a_lift_keeps_rules_off_for_two_hours_of_any_clock() -> None:
    lift = an_edit("192.0.2.7", terms=some_terms(NOW, lifted=True))
    for wall, refused in ((NOW - 1, False), (NOW + SHIELD, False), (NOW + SHIELD + 1, True)):
        ruled = an_edit("192.0.2.7", register="rule", terms=some_terms(wall, expires=NOW * 2))
        assert (held(lift, ruled).peer("192.0.2.7", NOW) is not None) == refused
        assert (held(ruled, lift).peer("192.0.2.7", NOW) is not None) == refused


def test_rules_have_half_of_the_room_and_their_oldest_bans_go_first() -> None:
    edits = [an_edit(f"192.0.2.{n}", register="rule", terms=some_terms(n)) for n in (3, 1, 2, 5, 4)]
    for limit, kept in ((4, {4, 5}), (6, {3, 4, 5}), (8, {2, 3, 4, 5}), (10, {1, 2, 3, 4, 5})):
        bans = held(an_edit("198.51.100.1"), *edits, limit=limit)
        assert {n for n in range(1, 6) if bans.peer(f"192.0.2.{n}", NOW)} == kept
        assert bans.peer("198.51.100.1", NOW) is not None, "what people say is not theirs to displace"


def test_a_flood_of_bans_by_rules_takes_no_more_room_than_they_have() -> None:
    bans = Bans(100)
    for number in range(5_000):
        bans.merge(an_edit(f"10.0.{number >> 8}.{number & 255}", register="rule", terms=some_terms(number)))
    assert len(bans) == 50
    assert len(bans._oldest) < 1_200
    for number in range(5_000):  # the same entry over and over
        bans.merge(an_edit("10.9.9.9", register="rule", terms=some_terms(10_000 + number)))
    assert len(bans._oldest) < 1_200


def test_what_has_ended_is_remembered_for_a_week_and_then_forgotten() -> None:
    lifted = an_edit("192.0.2.1", terms=some_terms(NOW, lifted=True))
    expired = an_edit("192.0.2.2", terms=some_terms(NOW - 9, expires=NOW))
    lasting = an_edit("192.0.2.3")
    for now, kept in ((NOW + REMEMBERED - 1, 3), (NOW + REMEMBERED, 1)):
        bans = held(lifted, expired, lasting)
        bans.forget(now)
        assert len(bans) == kept
    assert len(held(lifted, an_edit("192.0.2.1", terms=some_terms(NOW - 1)))) == 1
    late = held(lifted, an_edit("192.0.2.1", terms=some_terms(NOW - 1)))
    assert late.peer("192.0.2.1", NOW) is None, "an older edit that comes late brings nothing back"


def test_a_snapshot_says_all_with_the_terms_of_an_edit_said_once() -> None:
    edit = an_edit(*(f"10.0.0.{number}" for number in range(200)))
    bans = held(edit, an_edit("spam.test", terms=some_terms(lifted=True)))
    assert [len(one.names) for one in bans.edits()] == [200, 1]
    assert {str(ban.subject) for ban in bans.in_force(NOW)} == {f"10.0.0.{number}" for number in range(200)}
