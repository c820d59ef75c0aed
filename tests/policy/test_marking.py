"""How marks change."""

import pytest

from mailweir.model.account import AccountName
from mailweir.model.marks import UNMARKED, Marks
from mailweir.policy.marking import (
    LABEL,
    LABELS,
    is_label,
    labelled,
    may_mark,
    moved,
    noted,
    relabelled,
    toggled,
    unlabelled,
)

ANN, BEN = AccountName("ann"), AccountName("ben")


def test_a_star_is_put_on_and_taken_off_by_the_same() -> None:
    once = toggled(UNMARKED, ANN)
    assert (once.saved_by, toggled(once, ANN)) == (ANN, UNMARKED)


@pytest.mark.parametrize("count", [LABELS - 1, LABELS])
def test_labels_are_put_on_once_and_only_so_many(count: int) -> None:
    marks = UNMARKED
    for number in range(count):
        marks = labelled(labelled(marks, f"l{number}"), f"l{number}")
    assert len(marks.labels) == count
    assert (labelled(marks, "more") == marks) is (count == LABELS)
    assert unlabelled(marks, "l0").labels == marks.labels[1:]
    assert unlabelled(marks, "none") == marks
    assert relabelled(marks, ("b", "a", "b")).labels == ("b", "a")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("x" * (LABEL - 1), "label"),
        ("x" * LABEL, "label"),
        ("x" * (LABEL + 1), "none"),
        ("two words", "label"),
        ("", "none"),
        (" x", "none"),
        ("x\ny", "none"),
        ("x\u2028y", "none"),
    ],
)
def test_a_label_is_a_short_line(text: str, verdict: str) -> None:
    assert is_label(text) is (verdict == "label")


def test_folder_and_reading_are_noted_apart() -> None:
    assert moved(noted(UNMARKED, read=True), "spam") == Marks(None, "spam", (), read=True)


def test_mail_is_sorted_by_whom_it_belongs_to() -> None:
    assert may_mark(ANN, ANN, UNMARKED)
    assert may_mark(ANN, None, Marks(ANN))
    assert not may_mark(ANN, None, UNMARKED)
    assert not may_mark(ANN, BEN, UNMARKED)
