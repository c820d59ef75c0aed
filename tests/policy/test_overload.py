"""Who is put off first when the disk or the memory runs short, and that a busy disk is never left idle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.policy.overload import BATCHES, FULL, REFUSING, Backlog, Standing, is_calm, is_put_off

CALM = Backlog(0, 0.0)


@given(count=st.integers(0, 20_000), rate=st.floats(0, 20_000), memory=st.floats(0, 1))
def test_whoever_has_the_greater_claim_is_put_off_later(count: int, rate: float, memory: float) -> None:
    fates = [is_put_off(standing, Backlog(count, rate), memory) for standing in Standing]
    assert fates == sorted(fates, reverse=True)
    assert not (is_calm(Backlog(count, rate), memory) and any(fates))


@pytest.mark.parametrize("rate", [0.0, 100.0, 10_000.0])
def test_a_batch_may_always_wait_beside_the_one_that_is_written(rate: float) -> None:
    assert not any(is_put_off(standing, Backlog(BATCHES // 2, rate), 0.0) for standing in Standing)


def test_a_fast_disk_lets_more_wait() -> None:
    assert is_put_off(Standing.STRANGER, Backlog(2_000, 800.0), 0.0)
    assert not is_put_off(Standing.STRANGER, Backlog(2_000, 8_000.0), 0.0)


@pytest.mark.parametrize(
    ("memory", "put_off"),
    [
        (REFUSING - 0.001, 0),
        (REFUSING, 1),
        (REFUSING + 0.031, 2),
        (0.87, 3),
        (FULL - 0.001, 5),
        (FULL, 6),
    ],
)
def test_memory_puts_one_standing_off_after_the_other(memory: float, put_off: int) -> None:
    assert [is_put_off(standing, CALM, memory) for standing in Standing].count(True) == put_off
    assert is_put_off(Standing.SIGNED_IN, CALM, memory) is (put_off == 6)
