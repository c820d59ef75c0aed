"""Which addresses count as one sender's."""

import pytest

from mailweir.policy.networks import network_of


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.1", "192.0.2.0/24"),
        ("192.0.2.254", "192.0.2.0/24"),
        ("2001:db8:0:1:2::3", "2001:db8:0:1::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_an_address_belongs_to_its_network(ip: str, network: str) -> None:
    assert network_of(ip) == network
