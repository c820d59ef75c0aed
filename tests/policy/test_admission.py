"""Which hosts mail is taken for."""

import pytest

from mailweir.policy.admission import Hosts


def test_without_base_domains_every_host_is_taken() -> None:
    assert Hosts().takes("anything.test")
    assert Hosts().takes("[192.0.2.1]")


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("ours.test", True),
        ("a.b.ours.test", True),
        ("not-ours.test", False),
        ("ours.test.evil.test", False),
        ("test", False),
        ("", False),
    ],
)
def test_a_base_domain_stands_for_itself_and_what_is_below_it(host: str, taken: bool) -> None:  # noqa: FBT001
    assert Hosts(frozenset({"ours.test"})).takes(host) is taken
