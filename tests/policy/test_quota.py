"""Months, and what is left of a quota."""

from datetime import UTC, datetime

import pytest

from mailweir.policy.quota import Month, Quota, end_of, month_of


def moment(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "month"),
    [
        (moment(2026, 11, 1), 202611),
        (moment(2026, 12, 1) - 1, 202611),
        (moment(2026, 12, 1), 202612),
        (moment(2027, 1, 1) - 1, 202612),
        (moment(2027, 1, 1), 202701),
    ],
)
def test_a_month_begins_and_ends_at_midnight_in_utc(when: int, month: int) -> None:
    assert month_of(when) == month


def test_a_month_ends_where_the_next_begins() -> None:
    assert end_of(Month(202611)) == moment(2026, 12, 1)
    assert end_of(Month(202612)) == moment(2027, 1, 1)
    assert end_of(Month(202802)) == moment(2028, 3, 1)


@pytest.mark.parametrize(("used", "left"), [(0, 3), (2, 1), (3, 0), (4, 0)])
def test_never_less_than_nothing_is_left(used: int, left: int) -> None:
    assert Quota(3, used, 0).remaining == left
