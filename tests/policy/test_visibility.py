"""Who may see and delete what, row by row."""

from typing import Literal

import pytest

from mailweir.policy.visibility import AnonymousRules, Reader, Refusal, may_delete, may_list_all, may_read

ANYBODY, NEIGHBOUR, KEYED = Reader(), Reader(on_loopback=True), Reader(key="k_x", on_loopback=True)
OPEN = AnonymousRules()
LOCAL = AnonymousRules(local=True)


@pytest.mark.parametrize(
    "rules", [OPEN, LOCAL, AnonymousRules(reads="none"), AnonymousRules(key_required=True)]
)
def test_an_unknown_key_is_refused_everywhere(rules: AnonymousRules) -> None:
    for rule in (may_read, may_list_all, may_delete):
        assert rule(rules, KEYED) is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("reads", "refusal"), [("all", None), ("latest", None), ("none", Refusal.KEY_NEEDED)]
)
def test_reading_follows_the_operator(
    reads: Literal["all", "latest", "none"], refusal: Refusal | None
) -> None:
    assert may_read(AnonymousRules(reads=reads), ANYBODY) is refusal


def test_where_a_key_is_required_nobody_reads_without() -> None:
    rules = AnonymousRules(key_required=True, local=True)
    assert may_read(rules, NEIGHBOUR) is Refusal.KEY_NEEDED
    assert may_list_all(rules, NEIGHBOUR) is Refusal.KEY_NEEDED


def test_all_mail_is_for_people_on_this_machine_in_profile_local() -> None:
    assert may_list_all(LOCAL, NEIGHBOUR) is None
    assert may_list_all(LOCAL, ANYBODY) is Refusal.KEY_NEEDED
    assert may_list_all(OPEN, NEIGHBOUR) is Refusal.KEY_NEEDED


@pytest.mark.parametrize(("deletes", "refusal"), [("one", None), ("all", None), ("none", Refusal.FORBIDDEN)])
def test_deleting_follows_the_operator(
    deletes: Literal["one", "all", "none"], refusal: Refusal | None
) -> None:
    assert may_delete(AnonymousRules(deletes=deletes), ANYBODY) is refusal


def test_who_may_not_read_may_not_delete() -> None:
    assert may_delete(AnonymousRules(reads="none"), ANYBODY) is Refusal.KEY_NEEDED
