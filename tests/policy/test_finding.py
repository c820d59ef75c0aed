"""Looking through mail by parts of texts."""

import pytest

from mailweir.model.address import Inbox
from mailweir.model.digest import Brief, Mailbox
from mailweir.model.marks import Marks
from mailweir.policy.finding import Conditions, meets, mentions

INBOX = Inbox("bob@thing.test")
BRIEF = Brief(
    "done",
    "Your Straße code",
    (Mailbox("Ann Lee", "ann@sender.test"),),
    (Mailbox("Bob", "bob+tag@thing.test"),),
    (Mailbox("", "carl@copy.test"),),
)


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        (Conditions(subject="CODE"), True),
        (Conditions(subject="strasse"), True),
        (Conditions(subject="codes"), False),
        (Conditions(sender="ann lee"), True),
        (Conditions(sender="@sender."), True),
        (Conditions(sender="bob"), False),
        (Conditions(to="+tag"), True),
        (Conditions(to="Bob@Thing.test"), True),
        (Conditions(to="carl"), True),
        (Conditions(to="ann"), False),
        (Conditions(read=True), False),
        (Conditions(read=False), True),
        (Conditions(subject="code", sender="ann", to="bob", read=False), True),
        (Conditions(subject="code", sender="ann", to="nobody", read=False), False),
    ],
)
def test_all_conditions_hold_or_none_counts(conditions: Conditions, met: bool) -> None:  # noqa: FBT001
    assert meets(conditions, INBOX, BRIEF, Marks()) is met


def test_what_was_read_is_told_from_what_was_not() -> None:
    assert meets(Conditions(read=True), INBOX, BRIEF, Marks(read=True))
    assert not meets(Conditions(read=False), INBOX, BRIEF, Marks(read=True))
    assert meets(Conditions(read=False), INBOX, BRIEF, Marks(read=False))


def test_nothing_asked_is_no_condition() -> None:
    assert Conditions().none
    assert not Conditions(read=False).none


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("your", True),
        ("LEE <ann", True),
        ("carl@", True),
        ("bob@thing", True),
        ("thing.tes", True),
        ("dora", False),
    ],
)
def test_a_text_is_looked_for_in_subject_people_and_inbox(text: str, found: bool) -> None:  # noqa: FBT001
    assert mentions(text, INBOX, BRIEF) is found
