"""Rates: a burst, then a rate; held for a while, put off beyond it; and who sends slowly never feels them."""

import re
from pathlib import Path

import pytest

from mailweir.model.ruling import Rule
from mailweir.policy.tiers import DEFAULTS, LONGEST, Tier, Tiers

A_TIER = Tier(Rule.ADDRESS, 2.0, 4, 1.0)


@pytest.mark.parametrize(
    ("already", "seconds", "held"),
    [(3, None, None), (4, 0.5, True), (5, 1.0, True), (6, 1.5, False), (60, 1.5, False)],
)
def test_a_burst_passes_then_answers_are_held_then_it_is_to_come_later(
    already: int,
    seconds: float | None,
    held: bool | None,  # noqa: FBT001
) -> None:
    tiers = Tiers({Rule.ADDRESS: A_TIER})
    for _ in range(already):
        tiers.take([(Rule.ADDRESS, "a")], 10.0)
    delay = tiers.take([(Rule.ADDRESS, "a")], 10.0)
    assert (None if delay is None else delay.seconds) == seconds
    assert (None if delay is None else delay.is_held) == held
    assert tiers.take([(Rule.ADDRESS, "b")], 10.0) is None


def test_the_longest_delay_of_several_tiers_is_the_one_that_counts() -> None:
    tiers = Tiers({Rule.ADDRESS: A_TIER, Rule.HELLO: Tier(Rule.HELLO, 1.0, 1, 5.0)})
    keys = [(Rule.ADDRESS, "a"), (Rule.HELLO, "h")]
    tiers.take(keys, 0.0)
    delay = tiers.take(keys, 0.0)
    assert delay is not None
    assert (delay.tier.rule, delay.subject, delay.seconds) == (Rule.HELLO, "h", 1.0)


def test_what_is_put_off_by_one_tier_costs_nothing_in_those_behind_it() -> None:
    tiers = Tiers({Rule.ADDRESS: Tier(Rule.ADDRESS, 1.0, 1, 0.0), Rule.HELLO: Tier(Rule.HELLO, 1.0, 2, 0.0)})
    keys = [(Rule.ADDRESS, "a"), (Rule.HELLO, "h")]
    tiers.take(keys, 0.0)
    for _ in range(10):
        tiers.take(keys, 0.0)
    assert tiers.take([(Rule.HELLO, "h")], 0.0) is None
    assert tiers.take([(Rule.HELLO, "h")], 0.0) is not None


@pytest.mark.parametrize("tier", DEFAULTS.values(), ids=lambda tier: tier.rule.value)
def test_no_default_slows_one_message_a_second_nor_ten_at_once(tier: Tier) -> None:
    tiers = Tiers({tier.rule: tier})
    assert [tiers.take([(tier.rule, "a")], 0.0) for _ in range(10)] == [None] * 10
    assert [tiers.take([(tier.rule, "a")], float(now)) for now in range(1, 200)] == [None] * 199
    assert tier.patience <= LONGEST


def test_another_rate_holds_at_once_and_forgives_debts() -> None:
    tiers = Tiers({Rule.ADDRESS: A_TIER})
    for _ in range(50):
        tiers.take([(Rule.ADDRESS, "a")], 0.0)
    tiers.set(Tier(Rule.ADDRESS, 1.0, 2, 0.0))
    assert [tiers.take([(Rule.ADDRESS, "a")], 0.0) is None for _ in range(3)] == [True, True, False]
    assert tiers.tier(Rule.ADDRESS).burst == 2


def test_the_page_for_operators_has_the_rates_that_hold() -> None:
    page = Path(__file__).parents[2] / "docs/operating/floods.md"
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \| ", page.read_text("utf-8"), re.MULTILINE)
    told = {(int(burst.replace(",", "")), float(rate.replace(",", ""))) for burst, rate in rows}
    assert told == {(tier.burst, tier.rate) for tier in DEFAULTS.values()}
