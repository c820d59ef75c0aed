"""Names of accounts and keys, and keys themselves: what may be one, to the character."""

import pytest

from mailweir.model.account import account_name, is_key, is_key_name


@pytest.mark.parametrize(("length", "fits"), [(0, False), (1, True), (63, True), (64, True), (65, False)])
def test_a_name_has_1_to_64_characters(length: int, fits: bool) -> None:  # noqa: FBT001
    assert (account_name("a" * length) is not None) is fits
    assert is_key_name("ü" * length) is fits


@pytest.mark.parametrize("length", [15, 16, 128, 129])
def test_a_key_has_16_to_128_characters_behind_its_prefix(length: int) -> None:
    assert is_key("k_" + "x" * length) is (16 <= length <= 128)


@pytest.mark.parametrize(
    "text",
    ["", " ", ".ann", "ann.", "-ann", "a n", "a/n", "../a", "a\0n", "a\nn", "ann\n.", "änn", "a@n", "a%6e"],
)
def test_what_is_no_name_of_an_account(text: str) -> None:
    assert account_name(text) is None


def test_a_name_is_the_same_in_any_case() -> None:
    assert account_name(" Ann.Lee-2_x ") == "ann.lee-2_x"


@pytest.mark.parametrize("text", [" ci", "ci ", "c\0i", "c\ni", "c\x7fi", "c\x85i", "\t"])
def test_what_is_no_name_of_a_key(text: str) -> None:
    assert not is_key_name(text)


@pytest.mark.parametrize("text", ["x" * 40, "K_" + "x" * 40, "k_" + "x" * 39 + "é", "k_" + "x" * 39 + "\n"])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)
