"""Addresses of a run are made without a call, and nobody guesses them."""

import re

import pytest

from mailweir.testing.run_facts import RunFacts, slug_of

RUN = RunFacts("r_1", "run-k3v9x2ab-", "mailweir.test", "", "")
NAMES = ("", "test_sign_up", "test[a/b]", "Tést ÜBER", "----", "x" * 500, "test_" + "long_name_" * 9 + "end")


@pytest.mark.parametrize("name", NAMES)
def test_an_address_is_the_runs_and_fits(name: str) -> None:
    address = RUN.address(name)
    assert re.fullmatch(r"run-k3v9x2ab-[a-z0-9-]{1,40}@mailweir\.test", address)


def test_an_address_says_what_it_is_for_and_is_never_the_same() -> None:
    addresses = {RUN.address("test_sign_up") for _ in range(1000)}
    assert len(addresses) == 1000
    assert all(address.startswith("run-k3v9x2ab-test-sign-up-") for address in addresses)


def test_of_a_long_name_the_end_is_kept_which_tells_tests_apart() -> None:
    assert slug_of("test_of_something_very_long[chrome-3]", 14) == "long-chrome-3"
