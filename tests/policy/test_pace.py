"""Digestion holds back while more comes than it could read, and only then."""

import pytest

from mailweir.policy.pace import BEHIND, PAUSE, Pace

BATCH = 64
CAPACITY = 2_000  # messages that are read in a second of work


def paused(rate: float, seconds: float, *, behind: int) -> tuple[float, float]:
    """For how long it held back, and how far behind it is at the end."""
    pace, now, came, read, held = Pace(), 0.0, float(behind), 0.0, 0.0
    while now < seconds and read < came:
        batch = min(BATCH, int(came - read))
        work = max(batch, 1) / CAPACITY
        now += work
        came += rate * work
        read += batch
        pause = pace.pause(now, position=int(came), behind=int(came - read), read=batch)
        held += pause
        now += pause
        came += rate * pause
    return held, came - read


def test_what_can_be_read_is_never_held_back() -> None:
    for rate in (0, 100, 1_000, 0.7 * CAPACITY):
        assert paused(rate, 10, behind=1)[0] == 0
        assert paused(rate, 10, behind=20_000)[0] <= PAUSE  # until the rate is known


def test_more_than_can_be_read_is_read_afterwards() -> None:
    held, _ = paused(5 * CAPACITY, 10, behind=1)
    assert held > 8


def test_when_it_stops_coming_all_is_read_at_full_speed() -> None:
    held, left = paused(0, 60, behind=20_000)
    assert held <= PAUSE
    assert left == 0


@pytest.mark.parametrize(("behind", "holds"), [(BEHIND - 1, False), (BEHIND, False), (BEHIND + 1, True)])
def test_a_few_messages_are_always_read(behind: int, *, holds: bool) -> None:
    pace = Pace()
    pause = 0.0
    for step in range(1, 4):
        pause = pace.pause(step * 0.15, position=step * 10_000, behind=behind, read=BATCH)
    assert bool(pause) is holds
