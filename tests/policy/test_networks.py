"""Which addresses count as one sender's."""

from ipaddress import ip_network

import pytest

from mailweir.policy.networks import client_behind, is_loopback, network_of


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


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.0.1", True),
        ("::1", True),
        ("128.0.0.1", False),
        ("192.0.2.1", False),
        ("::2", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_only_this_machine_is_loopback(ip: str, expected: bool) -> None:  # noqa: FBT001
    assert is_loopback(ip) is expected


TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),  # who is no proxy of ours speaks for nobody else
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.9", "198.51.100.9"),  # the left one was made up
        ("10.0.0.1", "198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("fd00::1", "2001:DB8::1", "2001:db8::1"),
        ("10.0.0.1", "198.51.100.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9:4711", "10.0.0.1"),
        ("10.0.0.1", ",".join(["10.0.0.2"] * 1000), "10.0.0.2"),
        ("", "198.51.100.9", ""),
    ],
)
def test_whom_a_trusted_proxy_speaks_for_and_nobody_else(peer: str, forwarded: str, client: str) -> None:
    assert client_behind(peer, forwarded, TRUSTED) == client
