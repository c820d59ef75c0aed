"""Owners take turns; the queue is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from mailweir.policy.turns import Turns


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers())), st.integers(1, 5))
def test_every_item_that_was_taken_in_comes_out_once_in_its_owners_order(
    items: list[tuple[str, int]], size: int
) -> None:
    turns: Turns[tuple[str, int]] = Turns(size)
    taken_in = [item for item in items if turns.put(item[0], item)]
    assert taken_in == items[:size]
    out = [turns.take() for _ in taken_in]
    assert turns.take() is None
    assert len(turns) == 0
    for owner in "abc":
        assert [one for one in out if one and one[0] == owner] == [one for one in taken_in if one[0] == owner]


def test_owners_take_turns() -> None:
    turns: Turns[str] = Turns(9)
    for item in ("a1", "a2", "a3", "b1", "c1", "b2"):
        assert turns.put(item[0], item)
    assert [turns.take() for _ in range(6)] == ["a1", "b1", "c1", "a2", "b2", "a3"]
