"""How long mail is kept, in milliseconds and in words."""

import pytest

from mailweir.policy.retention import Retention

DAY = 86_400_000


def test_the_cutoff_lies_so_many_days_back() -> None:
    assert Retention(days=4, messages=6).cutoff(10 * DAY) == 6 * DAY


def test_no_days_is_no_cutoff() -> None:
    assert Retention(days=0, messages=6).cutoff(10 * DAY) == 0


@pytest.mark.parametrize(
    ("days", "messages", "sentence"),
    [
        (4, 6, "A public inbox keeps the newest 6 messages for 4 days."),
        (1, 0, "A public inbox keeps all messages for 1 day."),
        (0, 0, "A public inbox keeps all messages."),
    ],
)
def test_people_are_told_in_a_sentence(days: int, messages: int, sentence: str) -> None:
    assert Retention(days, messages).sentence() == sentence
