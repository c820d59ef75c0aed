"""Of each reason a few are kept in a second, and all are counted."""

import pytest

from fakes.makers import HandClock, an_explanation
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action, Rule
from mailweir.services.explaining import KEPT, KEPT_OF_ONE, Explaining


class Stand:
    """What is kept, and what is counted."""

    def __init__(self) -> None:
        self.clock, self.kept = HandClock(), list[Explanation]()
        self.explaining = Explaining(self.clock, self.kept.append)

    def explain(self, number: int, code: str = "00c0ffee00") -> None:
        for _ in range(number):
            self.explaining.explain(an_explanation(code=code))


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_one_reason_a_few_are_kept_and_all_are_counted(surplus: int) -> None:
    stand = Stand()
    stand.explain(KEPT_OF_ONE + surplus, code="a")
    assert len(stand.kept) == KEPT_OF_ONE + min(surplus, 0)
    assert stand.explaining.counts == {(Rule.INBOX, Action.LATER, True): KEPT_OF_ONE + surplus}


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_all_reasons_no_more_are_kept_than_the_disk_is_to_write(surplus: int) -> None:
    stand = Stand()
    for code in range(KEPT + surplus):
        stand.explain(1, code=str(code))
    assert len(stand.kept) == KEPT + min(surplus, 0)


@pytest.mark.parametrize(("seconds", "more"), [(0.9, 0), (1.0, 1)])
def test_the_next_second_has_room_of_its_own(seconds: float, more: int) -> None:
    stand = Stand()
    stand.explain(KEPT_OF_ONE)
    stand.clock.advance(seconds)
    stand.explain(1)
    assert len(stand.kept) == KEPT_OF_ONE + more


def test_what_is_slowed_does_not_hide_what_is_put_off_by_the_same_rule() -> None:
    stand = Stand()
    for action in (Action.SLOW, Action.LATER):
        for _ in range(KEPT_OF_ONE + 1):
            stand.explaining.explain(an_explanation(action=action))
    assert [one.ruling.action for one in stand.kept] == [Action.SLOW] * KEPT_OF_ONE + [
        Action.LATER
    ] * KEPT_OF_ONE
