"""Message ids: what is given out is understood again, and nothing else is."""

import pytest

from fakes.makers import BOB, EVE, a_delivery
from mailweir.model.message import QueueId, message_id, split_message_id


def test_an_id_is_understood_again() -> None:
    assert split_message_id(message_id(QueueId("abc9"), 12)) == ("abc9", 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "abc-",
        "-0",
        "abc-x",
        "abc--1",
        "abc-00001",
        "../../etc-0",
        "a b-0",
        "abc-٣",
        "é-0",
        "a" * 65 + "-0",
        "a\0-0",
    ],
)
def test_what_is_no_id_of_ours_is_none(text: str) -> None:
    assert split_message_id(text) is None


def test_an_inbox_that_is_named_twice_gets_one_copy() -> None:
    copies = [(index, recipient.inbox) for index, recipient in a_delivery(1, BOB, EVE, BOB).copies()]
    assert copies == [(0, BOB), (1, EVE)]
