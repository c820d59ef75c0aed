"""How long a child is left alone before it is started again."""

import signal

import pytest

from mailweir.roles.backoff import FRESH_PROCESS, HEALTHY, LONGEST, TRIES, WRONG_SETTING, Backoff


def test_pauses_double_from_a_tenth_of_a_second_to_ten_seconds() -> None:
    backoff = Backoff()
    backoff.after(1, HEALTHY)  # so that it is never given up
    pauses = [backoff.after(1, 0) for _ in range(8)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, LONGEST, LONGEST]


def test_two_seconds_of_health_start_the_pauses_afresh() -> None:
    backoff = Backoff()
    assert [backoff.after(1, 1.9) for _ in range(3)] == [0.1, 0.2, 0.4]
    assert backoff.after(1, 2.0) == 0.1


def test_a_child_that_was_never_healthy_is_given_up_after_eight_ends() -> None:
    backoff = Backoff()
    assert all(backoff.after(1, 0) for _ in range(TRIES - 1))
    assert backoff.after(1, 0) is None


@pytest.mark.parametrize("code", [FRESH_PROCESS, -signal.SIGKILL])
def test_what_came_from_outside_is_no_reason_to_give_up(code: int) -> None:
    backoff = Backoff()
    assert all(backoff.after(code, 0) for _ in range(100))


def test_a_wrong_setting_is_given_up_at_once() -> None:
    assert Backoff().after(WRONG_SETTING, 100) is None
