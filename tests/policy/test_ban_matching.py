"""Tables of one register find what a look at every entry would find."""

from ipaddress import IPv4Address, IPv6Address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from fakes.bans import some_terms
from fakes.effort import LINEAR, cpu_seconds
from mailweir.model.ban import network_name, network_named
from mailweir.policy.ban_matching import Table
from mailweir.policy.networks import Network

# Of few bits that differ, so that networks lie in each other.
SMALL = st.integers(0, 31)


def _ipv4(number: int, length: int) -> Network:
    return ip_network((IPv4Address(number << 27), length), strict=False)


def _ipv6(number: int, length: int) -> Network:
    return ip_network((IPv6Address(number << 123), length), strict=False)


def _ipv4_host(number: int) -> IPv4Address:
    return IPv4Address(number << 27)


def _ipv6_host(number: int) -> IPv6Address:
    return IPv6Address(number << 123)


NETWORKS = st.one_of(st.builds(_ipv4, SMALL, st.integers(0, 6)), st.builds(_ipv6, SMALL, st.integers(0, 6)))
NAMES = st.lists(st.sampled_from(["a", "b", "spam"]), min_size=1, max_size=5).map(".".join)


@given(st.lists(NETWORKS), st.lists(NETWORKS), st.one_of(SMALL.map(_ipv4_host), SMALL.map(_ipv6_host)))
def test_what_is_around_an_address_is_found_the_narrowest_first(
    put: list[Network], removed: list[Network], address: IPv4Address | IPv6Address
) -> None:
    table = Table()
    for network in put:
        table.put("network", network_name(network), some_terms())
    for network in removed:
        table.remove("network", network_name(network))
    kept = set(put) - set(removed)
    assert len(table) == len(kept)
    assert {network_named(name) for _, name, _ in table.items() if isinstance(name, bytes)} == kept
    found = [network_named(name) for name, _ in table.over(address.packed)]
    around = [network for network in kept if network.version == address.version and address in network]
    assert found == sorted(around, key=lambda network: -network.prefixlen)


@given(st.lists(NAMES), NAMES)
def test_a_name_is_hit_by_those_that_it_is_under(put: list[str], asked: str) -> None:
    table = Table()
    for name in put:
        table.put("domain", name, some_terms())
    over = {name for name in put if asked == name or asked.endswith(f".{name}")}
    assert [name for name, _ in table.above("domain", asked)] == sorted(over, key=len, reverse=True)
    assert {name for name, _ in table.at("domain", asked)} == over & {asked}
    assert not table.has("hello")
    assert list(table.above("hello", asked)) == []


def test_a_name_of_a_hundred_labels_costs_no_more_than_the_longest_entry_has() -> None:
    table = Table()
    table.put("domain", "spam.test", some_terms())
    hostile = ".".join("a" * 127) + ".spam.test"
    assert [name for name, _ in table.above("domain", hostile)] == ["spam.test"]
    ordinary = cpu_seconds(lambda: [list(table.above("domain", "mail.spam.test")) for _ in range(20_000)])
    costly = cpu_seconds(lambda: [list(table.above("domain", hostile)) for _ in range(20_000)])
    assert costly < 10 * ordinary


def test_a_hundred_thousand_networks_are_put_in_and_asked_for_quickly() -> None:
    names = [number.to_bytes(4) + b"\x20" for number in range(1 << 24, (1 << 24) + 100_000)]
    table, terms = Table(), some_terms()

    def put() -> None:
        for name in names:
            table.put("network", name, terms)

    assert cpu_seconds(put) < LINEAR
    assert cpu_seconds(lambda: [list(table.over(name[:4])) for name in names]) < LINEAR
    assert len(table) == 100_000
