"""Bans for coming back at once, again and again: after so many, for longer each time."""

import pytest

from mailweir.policy.offenders import HALF_LIFE, LONGEST, REFUSALS, SHORTEST, Offenders


def offend(offenders: Offenders, times: int, now: float, address: str = "192.0.2.1") -> list[float]:
    return [offenders.offended(address, now) for _ in range(times)]


def test_so_many_refusals_at_once_are_a_ban_and_one_less_is_none() -> None:
    assert offend(Offenders(), REFUSALS - 1, 0.0) == [0.0] * (REFUSALS - 1)
    assert offend(Offenders(), REFUSALS, 0.0)[-1] == SHORTEST


def test_who_is_refused_now_and_then_is_never_banned() -> None:
    offenders = Offenders()
    rate = REFUSALS / (HALF_LIFE / 0.6931 * 1.2)  # a fifth below what adds up to it
    assert not any(offenders.offended("192.0.2.1", number / rate) for number in range(5_000))


def test_each_ban_of_a_day_is_longer_until_the_longest() -> None:
    offenders, now, bans = Offenders(), 0.0, list[float]()
    for _ in range(6):
        bans.append(offend(offenders, REFUSALS, now)[-1])
        now += bans[-1] + 60.0
    assert bans == [SHORTEST, SHORTEST * 4, SHORTEST * 16, SHORTEST * 64, LONGEST, LONGEST]


def test_after_a_day_without_it_starts_anew() -> None:
    offenders = Offenders()
    offend(offenders, REFUSALS, 0.0)
    assert offend(offenders, REFUSALS, SHORTEST + LONGEST + 1.0)[-1] == SHORTEST


@pytest.mark.parametrize("others", [16_383, 20_000])
def test_the_tables_have_a_bound(others: int) -> None:
    offenders = Offenders()
    offend(offenders, REFUSALS - 1, 0.0)
    for number in range(others):
        offenders.offended(f"10.{number}", 0.0)
    assert (offenders.offended("192.0.2.1", 0.0) > 0) is (others < 16_384)
