"""A server that others can reach needs an account."""

import pytest

from mailweir.config.exposure import refusal
from mailweir.config.load import load


@pytest.mark.parametrize("door", ["smtp", "http", "admin"])
def test_listening_for_others_without_an_account_is_refused_with_the_way_out(door: str) -> None:
    why = refusal(load({door: "0.0.0.0:0"}, {}).settings, 0)
    assert why is not None
    assert all(
        part in why for part in (door, "0.0.0.0:0", "mailweir account add", "BOOTSTRAP_ACCOUNT", "127.0.0.1")
    )


def test_listening_on_loopback_needs_no_account() -> None:
    assert refusal(load({}, {}).settings, 0) is None


def test_an_account_or_the_promise_of_one_is_enough() -> None:
    assert refusal(load({"smtp": "0.0.0.0:25"}, {}).settings, 1) is None
    assert refusal(load({"smtp": "0.0.0.0:25", "bootstrap_account": "me"}, {}).settings, 0) is None


def test_the_profile_local_does_not_lift_it() -> None:
    assert refusal(load({"smtp": "0.0.0.0:25", "profile": "local"}, {}).settings, 0) is not None
