"""What a test may ask for, by keywords."""

from dataclasses import fields

import pytest

from mailweir.testing.wishes import Wanted, Wish


def test_every_keyword_is_a_part_of_a_wish() -> None:
    assert set(Wanted.__annotations__) == {field.name for field in fields(Wish)}


def test_a_keyword_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="subjekt"):
        Wish(subjekt="Hi")  # pyright: ignore[reportCallIssue]  a slip of somebody without types


@pytest.mark.parametrize(
    ("wish", "require"),
    [(Wish(), None), (Wish(code=True), "code"), (Wish(link=""), None), (Wish(link="verify"), "link")],
)
def test_the_server_is_asked_for_one_thing_that_a_message_has_to_have(
    wish: Wish, require: str | None
) -> None:
    assert wish.query().get("require") == require
