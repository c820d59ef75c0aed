"""Alternate addresses: mail to one lands in the inbox that it hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.model.address import Address, Inbox
from mailweir.policy.alternates import LONGEST, PREFIX, Alternates

ALTERNATES, OTHERS = Alternates("secret"), Alternates("another secret")
BOB = Inbox("bob@thing.test")


def address(text: str | None) -> Address:
    parsed = Address.parse(text or "")
    assert parsed is not None, text
    return parsed


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_äß\N{SNOWMAN}", min_size=1, max_size=20))
def test_what_comes_to_an_alternate_lands_in_its_inbox(local: str) -> None:
    inbox = Address(local, "thing.test").inbox
    alternate = ALTERNATES.of(inbox)
    if alternate is None:
        assert len(local.encode()) > LONGEST or inbox.startswith(PREFIX)
        return
    assert ALTERNATES.inbox(address(alternate)) == inbox
    assert ALTERNATES.inbox(address(alternate.upper())) == inbox
    assert local not in alternate or len(local) < 4
    assert len(alternate.partition("@")[0]) <= 64


def test_an_inbox_has_one_alternate_and_another_secret_has_another() -> None:
    assert ALTERNATES.of(BOB) == Alternates("secret").of(BOB)
    assert ALTERNATES.of(BOB) != OTHERS.of(BOB)
    assert ALTERNATES.of(BOB) != ALTERNATES.of(Inbox("bob@other.test"))


def test_another_secret_another_host_and_what_is_made_up_hide_nothing() -> None:
    alternate = ALTERNATES.of(BOB)
    assert alternate is not None
    for text in (
        alternate.replace("@thing", "@other"),
        alternate.replace("@", "a@"),
        alternate.replace("inbox-", "inbox-a"),
        "inbox-@thing.test",
        "inbox-x@thing.test",
        "inbox-" + "a" * 58 + "@thing.test",
        "inbox-" + "a" * 100 + "@thing.test",
        "inbox-ÄÖ@thing.test",
    ):
        assert ALTERNATES.inbox(address(text)) == address(text).inbox
    assert OTHERS.inbox(address(alternate)) == alternate


@pytest.mark.parametrize(("length", "has"), [(LONGEST - 1, True), (LONGEST, True), (LONGEST + 1, False)])
def test_a_long_inbox_has_none(length: int, has: bool) -> None:  # noqa: FBT001
    inbox = Inbox("a" * length + "@thing.test")
    assert (ALTERNATES.of(inbox) is not None) is has


def test_an_alternate_has_none_itself() -> None:
    assert ALTERNATES.of(Inbox(ALTERNATES.of(BOB) or "")) is None


def test_every_other_address_is_its_own_inbox() -> None:
    assert ALTERNATES.inbox(address("Bob+tag@Thing.test")) == BOB
    assert ALTERNATES.inbox(address('"a b"@thing.test')) == '"a b"@thing.test'
