"""Stamps: in order whatever the clock does, and not drawn along by others' clocks."""

from mailweir.model.ban import Stamp
from mailweir.policy.hybrid_clock import AHEAD, HybridClock

NOW = 1_790_000_000_000


def test_stamps_rise_also_within_a_millisecond_and_when_the_clock_is_set_back() -> None:
    clock = HybridClock("one")
    stamps = [clock.stamp(now) for now in (NOW, NOW, NOW + 1, NOW - 3_600_000, NOW - 3_600_000, NOW + 2)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == Stamp(NOW, 0, "one")


def test_an_edit_is_stamped_after_what_it_replaces_however_far_that_is_ahead() -> None:
    clock = HybridClock("one")
    ahead = Stamp(NOW + 3_600_000, 7, "two")
    assert clock.stamp(NOW, ahead) > ahead
    assert clock.stamp(NOW).wall == NOW, "only that entry is ahead, the clock is not"


def test_what_is_too_far_ahead_moves_the_clock_by_a_minute_and_is_counted() -> None:
    for ahead, moved, counted in ((AHEAD - 1, AHEAD - 1, 0), (AHEAD, AHEAD, 0), (AHEAD + 1, AHEAD, 1)):
        clock = HybridClock("one")
        clock.observe(Stamp(NOW + ahead, 0, "two"), NOW)
        assert (clock.stamp(NOW).wall, clock.ahead) == (NOW + moved, counted)
