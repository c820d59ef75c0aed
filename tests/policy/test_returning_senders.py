"""Under suspicion: who comes back with the same delivery passes, and nobody else does."""

import pytest

from mailweir.policy.returning_senders import SOONEST, ReturningSenders

HERE, THERE = "192.0.2", "198.51.100"


@pytest.mark.parametrize(("after", "passes"), [(SOONEST - 0.001, False), (SOONEST, True), (3_600.0, True)])
def test_who_comes_back_passes_if_it_waited(after: float, passes: bool) -> None:  # noqa: FBT001
    senders = ReturningSenders()
    assert senders.wait(HERE, 1, 100.0) == SOONEST
    assert (senders.wait(HERE, 1, 100.0 + after) == 0.0) is passes


def test_trying_again_too_early_does_not_put_it_off_further() -> None:
    senders = ReturningSenders()
    assert [senders.wait(HERE, 1, now) for now in (0.0, 1.0, 2.0, 3.0, 4.0)] == [SOONEST] * 4 + [0.0]


def test_another_delivery_and_another_network_have_to_come_back_themselves() -> None:
    senders = ReturningSenders()
    senders.wait(HERE, 1, 0.0)
    assert senders.wait(HERE, 2, 10.0) == SOONEST
    assert senders.wait(THERE, 1, 10.0) == SOONEST


def test_a_network_that_came_back_passes_with_anything_but_slowly() -> None:
    senders = ReturningSenders()
    senders.wait(HERE, 1, 0.0)
    assert [senders.wait(HERE, 1, 10.0), *(senders.wait(HERE, n, 10.0) for n in range(2, 11))] == [0.0] * 10
    assert senders.wait(HERE, 11, 10.0) == pytest.approx(1.0)
    assert senders.wait(HERE, 11, 11.0) == 0.0


def test_a_flood_from_elsewhere_does_not_make_an_honest_sender_wait_longer() -> None:
    senders = ReturningSenders()
    senders.wait(HERE, "honest", 0.0)
    for number in range(100_000):  # unique senders, from 64 networks
        assert senders.wait(f"10.0.{number % 64}", number, number / 5_000) == SOONEST
    assert senders.wait(HERE, "honest", 20.0) == 0.0


def test_a_network_pushes_out_only_its_own() -> None:
    senders = ReturningSenders()
    for number in range(9):
        senders.wait(HERE, number, 0.0)
    assert senders.wait(HERE, 1, 10.0) == 0.0
    late = ReturningSenders()
    for number in range(9):
        late.wait(HERE, number, 0.0)
    assert late.wait(HERE, 0, 10.0) == SOONEST
