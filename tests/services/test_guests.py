"""The guest password: who gives it is a guest, and how often one may be wrong."""

import pytest

from fakes.makers import HandClock
from mailweir.policy.visibility import Guest
from mailweir.services.guests import BY_NETWORK, Guests

HERE, NEIGHBOUR, ELSEWHERE = "192.0.2.1", "192.0.2.99", "198.51.100.1"
PASSWORD = "open sésame: 12"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def guests(clock: HandClock) -> Guests:
    return Guests(PASSWORD, clock)


@pytest.mark.parametrize(
    ("given", "guest"),
    [
        (PASSWORD, Guest.YES),
        (None, Guest.NO),
        ("", Guest.NO),
        (PASSWORD[:-1], Guest.NO),
        (f"{PASSWORD} ", Guest.NO),
        (PASSWORD.upper(), Guest.NO),
        ("open se\u0301same: 12", Guest.NO),  # another way to write the accent
        ("\ud800", Guest.NO),
        ("x" * 100_000, Guest.NO),
    ],
)
def test_who_gives_the_password_is_a_guest(guests: Guests, given: str | None, guest: Guest) -> None:
    assert guests.look(given, HERE) is guest


def test_where_no_password_is_set_nobody_is_a_guest_and_nothing_is_counted(clock: HandClock) -> None:
    guests = Guests(None, clock)
    for given in (None, "", "None", PASSWORD):
        assert guests.look(given, HERE) is Guest.NO
    assert len(guests.networks) == 0


@pytest.mark.parametrize(
    ("wrong", "guest"),
    [(BY_NETWORK - 1, Guest.YES), (BY_NETWORK, Guest.TOO_MANY_WRONG), (BY_NETWORK + 1, Guest.TOO_MANY_WRONG)],
)
def test_a_network_may_be_wrong_so_often(guests: Guests, wrong: int, guest: Guest) -> None:
    answers = [guests.look("wrong", HERE) for _ in range(wrong)]
    assert answers[:BY_NETWORK] == [Guest.NO] * min(wrong, BY_NETWORK)
    assert answers[BY_NETWORK:] == [Guest.TOO_MANY_WRONG] * max(wrong - BY_NETWORK, 0)
    assert guests.look(PASSWORD, HERE) is guest
    assert guests.look(PASSWORD, NEIGHBOUR) is guest
    assert guests.look(PASSWORD, ELSEWHERE) is Guest.YES
    assert guests.look(None, HERE) is Guest.NO


@pytest.mark.parametrize(("seconds", "guest"), [(1.9, Guest.TOO_MANY_WRONG), (2.0, Guest.YES)])
def test_after_a_while_one_may_try_again(
    clock: HandClock, guests: Guests, seconds: float, guest: Guest
) -> None:
    for _ in range(BY_NETWORK + 5):
        guests.look("wrong", HERE)
    clock.advance(seconds)
    assert guests.look(PASSWORD, HERE) is guest


def test_the_right_password_and_none_cost_nothing(guests: Guests) -> None:
    for _ in range(10 * BY_NETWORK):
        guests.look(PASSWORD, HERE)
        guests.look(None, HERE)
    assert len(guests.networks) == 0


def test_the_password_is_not_told_by_accident(guests: Guests) -> None:
    assert PASSWORD not in repr(guests)
