"""Which addresses count as one sender's."""

from ipaddress import ip_network

import pytest

from mailweir.policy.networks import (
    client_behind,
    is_loopback,
    is_near,
    network_called,
    network_of,
    own_network,
    widths,
)


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


@pytest.mark.parametrize(
    ("ip", "near"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("172.17.0.2", True),
        ("10.0.0.1", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("2606:4700::1", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_containers_are_near_and_strangers_are_not(ip: str, near: bool) -> None:  # noqa: FBT001
    assert is_near(ip) is near


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("192.0.2.7", ("192.0.2.7", "192.0.2", "192.0")),
        ("::ffff:192.0.2.7", ("192.0.2.7", "192.0.2", "192.0")),
        ("2001:db8:1:2:3::9", ("2001:0db8:0001:0002",) * 2 + ("2001:0db8:0001",)),
        ("", ("", "", "")),
        ("no:address", ("no:address",) * 3),
        ("1.2.3", ("1.2.3",) * 3),
    ],
)
def test_an_address_is_counted_at_three_widths(ip: str, expected: tuple[str, str, str]) -> None:
    assert widths(ip) == expected


@pytest.mark.parametrize(
    ("key", "network"),
    [
        ("192.0.2", "192.0.2.0/24"),
        ("192.0", "192.0.0.0/16"),
        ("2001:0db8:0001:0002", "2001:db8:1:2::/64"),
        ("2001:0db8:0001", "2001:db8:1::/48"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_a_key_of_a_width_is_read_as_a_network(key: str, network: str) -> None:
    assert network_called(key) == network


@pytest.mark.parametrize(
    ("ip", "network"),
    [("192.0.2.7", "192.0.2.7/32"), ("::ffff:192.0.2.7", "192.0.2.7/32"), ("2001:db8::7", "2001:db8::/64")],
)
def test_what_a_peer_has_to_itself(ip: str, network: str) -> None:
    assert str(own_network(ip)) == network
