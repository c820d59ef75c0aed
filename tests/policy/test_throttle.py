"""Cells: a burst, then a rate, each key for itself, in a table that does not grow."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.policy.throttle import Cells

STEPS = st.lists(st.integers(0, 20), max_size=60)  # seconds between two attempts
BURSTS = st.integers(1, 12)
INTERVALS = st.integers(1, 15)  # seconds


def take(cells: Cells, key: str, now: float) -> bool:
    if not cells.allows(key, now):
        return False
    cells.charge(key, now)
    return True


def roomy(burst: int, interval: float) -> Cells:
    return Cells(burst=burst, interval=interval, most=1000)


@pytest.mark.parametrize("burst", [1, 2, 10])
@pytest.mark.parametrize("start", [0.0, 0.1, 12_345.678_9])
def test_a_burst_is_allowed_and_not_one_more(burst: int, start: float) -> None:
    cells = roomy(burst, 6.0)
    assert [take(cells, "a", start) for _ in range(burst - 1)] == [True] * (burst - 1)
    assert take(cells, "a", start)
    assert not take(cells, "a", start)


@pytest.mark.parametrize(("after", "allowed"), [(5.999, False), (6.0, True), (6.001, True)])
def test_after_a_burst_one_more_is_allowed_each_interval(after: float, allowed: bool) -> None:  # noqa: FBT001
    cells = roomy(3, 6.0)
    for _ in range(3):
        cells.charge("a", 100.0)
    assert take(cells, "a", 100.0 + after) is allowed
    assert not take(cells, "a", 100.0 + after)


def test_whoever_is_quiet_for_a_whole_burst_has_it_again() -> None:
    cells = roomy(3, 6.0)
    for now in (0.0, 18.0):
        assert [take(cells, "a", now) for _ in range(4)] == [True, True, True, False]


def test_asking_costs_nothing() -> None:
    cells = roomy(1, 6.0)
    assert all(cells.allows("a", 0.0) for _ in range(100))
    assert len(cells) == 0


def test_what_was_not_allowed_costs_no_more_than_what_was() -> None:
    cells = roomy(2, 6.0)
    for _ in range(1000):
        cells.charge("a", 0.0)
    assert not cells.allows("a", 5.9)
    assert cells.allows("a", 6.0)


@given(BURSTS, INTERVALS, STEPS)
def test_it_is_a_bucket_of_tokens(burst: int, interval: int, steps: list[int]) -> None:
    cells = roomy(burst, interval)
    tokens, now = Fraction(burst), 0
    for step in steps:
        now += step
        tokens = min(tokens + Fraction(step, interval), Fraction(burst))
        assert take(cells, "a", float(now)) is (tokens >= 1)
        tokens -= tokens >= 1


@given(BURSTS, INTERVALS, STEPS)
def test_in_no_span_of_time_is_more_allowed_than_a_burst_and_the_rate(
    burst: int, interval: int, steps: list[int]
) -> None:
    cells = roomy(burst, interval)
    taken: list[int] = []
    now = 0
    for step in steps:
        now += step
        if take(cells, "a", float(now)):
            taken.append(now)
    for first, begun in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + (taken[last] - begun) / interval


@given(BURSTS, INTERVALS, st.lists(st.integers(0, 5), max_size=40))
def test_whoever_keeps_to_the_rate_is_never_refused(burst: int, interval: int, delays: list[int]) -> None:
    cells = roomy(burst, interval)
    now = 0
    for delay in delays:
        now += interval + delay
        assert take(cells, "a", float(now))


@given(BURSTS, INTERVALS, st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=60))
def test_each_key_is_treated_as_if_it_were_alone(
    burst: int, interval: int, steps: list[tuple[str, int]]
) -> None:
    together = roomy(burst, interval)
    alone = {key: roomy(burst, interval) for key in "abc"}
    now = 0
    for key, step in steps:
        now += step
        assert take(together, key, float(now)) is take(alone[key], key, float(now))


@pytest.mark.parametrize(("others", "forgiven"), [(2, False), (3, False), (4, True)])
def test_beyond_its_size_the_table_forgives_whoever_was_charged_longest_ago(
    others: int,
    forgiven: bool,  # noqa: FBT001
) -> None:
    cells = Cells(burst=1, interval=6.0, most=4)
    cells.charge("a", 0.0)
    for number in range(others):
        cells.charge(number, 0.0)
        assert len(cells) <= 4
    assert cells.allows("a", 1.0) is forgiven
    assert not any(cells.allows(number, 1.0) for number in range(others))


@given(
    BURSTS,
    INTERVALS,
    st.integers(1, 5),
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9)), max_size=60),
)
def test_the_table_never_outgrows_its_size(
    burst: int, interval: int, most: int, steps: list[tuple[str, int]]
) -> None:
    cells = Cells(burst=burst, interval=interval, most=most)
    now = 0
    for key, step in steps:
        now += step
        cells.charge(key, float(now))
        assert len(cells) <= most


def test_what_a_flood_left_behind_is_let_go_as_soon_as_it_says_nothing() -> None:
    cells = Cells(burst=2, interval=6.0, most=1000)
    for number in range(1000):
        cells.charge(number, 0.0)
    assert len(cells) == 1000
    for number in range(1000):
        cells.charge("late", 100.0 + 12 * number)
    assert len(cells) == 1


def test_what_was_charged_again_is_young() -> None:
    cells = Cells(burst=2, interval=6.0, most=2)
    cells.charge("a", 0.0)
    cells.charge("b", 0.0)
    cells.charge("a", 0.0)
    cells.charge("c", 0.0)
    assert not cells.allows("a", 0.0)
