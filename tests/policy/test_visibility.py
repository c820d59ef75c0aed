"""Who may see and delete what, row by row."""

from itertools import product
from typing import Literal

import pytest

from mailweir.model.account import AccountName
from mailweir.policy.visibility import (
    AnonymousRules,
    Caller,
    Guest,
    Refusal,
    has,
    may_clear,
    may_delete,
    may_enter,
    may_list_all,
    may_read,
    only_latest,
    saver,
    sees,
)

ANN, BEN = AccountName("ann"), AccountName("ben")
ANYBODY, NEIGHBOUR = Caller(), Caller(on_loopback=True)
OWNER, STRANGER = Caller(ANN), Caller(BEN, on_loopback=True)
OPEN = AnonymousRules()
LOCAL = AnonymousRules(local=True)
RULES = [
    AnonymousRules(reads, deletes, key_required=required, local=local)
    for reads, deletes, required, local in product(
        ("all", "latest", "none"), ("one", "all", "none"), (False, True), (False, True)
    )
]


@pytest.mark.parametrize(
    ("reads", "refusal"), [("all", None), ("latest", None), ("none", Refusal.KEY_NEEDED)]
)
def test_reading_follows_the_operator(
    reads: Literal["all", "latest", "none"], refusal: Refusal | None
) -> None:
    assert may_read(AnonymousRules(reads=reads), ANYBODY, None) is refusal


def test_where_a_key_is_required_nobody_reads_without() -> None:
    rules = AnonymousRules(key_required=True, local=True)
    assert may_read(rules, NEIGHBOUR, None) is Refusal.KEY_NEEDED
    assert may_list_all(rules, NEIGHBOUR) is Refusal.KEY_NEEDED


def test_all_mail_is_for_people_on_this_machine_in_profile_local() -> None:
    assert may_list_all(LOCAL, NEIGHBOUR) is None
    assert may_list_all(LOCAL, ANYBODY) is Refusal.KEY_NEEDED
    assert may_list_all(OPEN, NEIGHBOUR) is Refusal.KEY_NEEDED


@pytest.mark.parametrize(("deletes", "refusal"), [("one", None), ("all", None), ("none", Refusal.FORBIDDEN)])
def test_deleting_follows_the_operator(
    deletes: Literal["one", "all", "none"], refusal: Refusal | None
) -> None:
    assert may_delete(AnonymousRules(deletes=deletes), ANYBODY, None) is refusal


def test_who_may_not_read_may_not_delete() -> None:
    assert may_delete(AnonymousRules(reads="none"), ANYBODY, None) is Refusal.KEY_NEEDED


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_what_an_account_has_for_itself_nobody_else_sees_whatever_the_operator_opens(
    rules: AnonymousRules,
) -> None:
    for rule in (may_read, may_delete, may_clear):
        assert rule(rules, ANYBODY, ANN) is Refusal.KEY_NEEDED
        assert rule(rules, NEIGHBOUR, ANN) is Refusal.KEY_NEEDED
        assert rule(rules, STRANGER, ANN) is Refusal.NOT_YOURS
        assert rule(rules, OWNER, ANN) is None
    assert [sees(one, ANN) for one in (ANYBODY, NEIGHBOUR, STRANGER, OWNER)] == [False, False, False, True]


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_the_rules_for_people_without_an_account_are_not_for_those_with_one(rules: AnonymousRules) -> None:
    assert may_read(rules, OWNER, None) is None
    assert may_delete(rules, OWNER, None) is None
    assert may_list_all(rules, OWNER) is None
    assert not only_latest(rules, OWNER)
    assert only_latest(rules, ANYBODY) is (rules.reads == "latest")


@pytest.mark.parametrize(
    ("deletes", "refusal"), [("one", Refusal.FORBIDDEN), ("all", None), ("none", Refusal.FORBIDDEN)]
)
def test_a_public_inbox_is_emptied_only_where_everybody_may(
    deletes: Literal["one", "all", "none"], refusal: Refusal | None
) -> None:
    for caller in (ANYBODY, OWNER):
        assert may_clear(AnonymousRules(deletes=deletes), caller, None) is refusal


@pytest.mark.parametrize(("owner", "expected"), [(None, ANN), (ANN, None), (BEN, None)])
def test_what_is_captured_is_saved_in_public_inboxes_only(
    owner: AccountName | None, expected: AccountName | None
) -> None:
    saved_by = saver(ANN, owner)
    assert saved_by == expected
    assert saver(None, owner) is None
    assert not sees(ANYBODY, owner, saved_by)
    assert sees(Caller(owner or ANN), owner, saved_by)


@pytest.mark.parametrize("local", [False, True])
def test_where_guests_give_a_password_nobody_without_an_account_is_let_in_without_it(
    local: bool,  # noqa: FBT001
) -> None:
    rules = AnonymousRules(guests_only=True, local=local)
    for loopback in (False, True):
        assert may_enter(rules, Caller(on_loopback=loopback)) is Refusal.GUESTS_ONLY
        assert may_enter(rules, Caller(on_loopback=loopback, guest=Guest.YES)) is None
        wrong = Caller(on_loopback=loopback, guest=Guest.TOO_MANY_WRONG)
        assert may_enter(rules, wrong) is Refusal.TOO_MANY_WRONG
        for guest in Guest:
            assert may_enter(AnonymousRules(local=local), Caller(on_loopback=loopback, guest=guest)) is None
    for guest in Guest:
        assert may_enter(rules, Caller(ANN, guest=guest)) is None


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_a_guest_may_what_anybody_may_and_nothing_more(rules: AnonymousRules) -> None:
    for loopback, owner in product((False, True), (None, ANN)):
        anybody, guest = Caller(on_loopback=loopback), Caller(on_loopback=loopback, guest=Guest.YES)
        for rule in (may_read, may_delete, may_clear):
            assert rule(rules, guest, owner) is rule(rules, anybody, owner)
        assert may_list_all(rules, guest) is may_list_all(rules, anybody)
        assert only_latest(rules, guest) is only_latest(rules, anybody)
        assert sees(guest, owner) is sees(anybody, owner)


@pytest.mark.parametrize(
    ("owner", "saved_by", "expected"),
    [
        (None, None, False),
        (None, ANN, True),
        (None, BEN, False),
        (ANN, None, True),
        (ANN, ANN, True),
        (ANN, BEN, False),
        (BEN, None, False),
        (BEN, ANN, True),
        (BEN, BEN, False),
    ],
)
def test_an_account_has_what_nobody_else_sees(
    owner: AccountName | None,
    saved_by: AccountName | None,
    expected: bool,  # noqa: FBT001
) -> None:
    assert has(ANN, owner, saved_by) is expected
    assert expected is (sees(Caller(ANN), owner, saved_by) and not sees(ANYBODY, owner, saved_by))
