"""Registered names by the real Public Suffix List, at both levels, of whatever a peer calls a host."""

import pytest

from mailweir.adapters.suffixes import PublicSuffixes
from mailweir.model.address import Host


@pytest.fixture(scope="module")
def suffixes() -> PublicSuffixes:
    made = PublicSuffixes()
    made.load()
    return made


@pytest.mark.parametrize(
    ("host", "domain", "family"),
    [
        ("example.com", "example.com", "example.com"),
        ("a.b.c.d.e.f.example.com", "example.com", "example.com"),
        ("a.b.c.d.e.f.g.h.i.j.k.example.co.uk", "example.co.uk", "example.co.uk"),
        ("x.foo.github.io", "foo.github.io", "github.io"),
        ("a.b.eu-1.compute.amazonaws.com", "b.eu-1.compute.amazonaws.com", "amazonaws.com"),
        ("xn--fsq.xn--p1ai", "xn--fsq.xn--p1ai", "xn--fsq.xn--p1ai"),
        ("city.kawasaki.jp", "city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.unknown-top", "b.unknown-top", "b.unknown-top"),
        ("com", "com", "com"),
        ("localhost", "localhost", "localhost"),
        ("example.com.", "example.com", "example.com"),
        ("..example..com..", ".com", ".com"),
        ("[127.0.0.1]", "[127.0.0.1]", "[127.0.0.1]"),
        ("[ipv6:2001:db8::1]", "[ipv6:2001:db8::1]", "[ipv6:2001:db8::1]"),
        ("", "", ""),
    ],
)
def test_names_are_found_at_both_levels(
    suffixes: PublicSuffixes, host: str, domain: str, family: str
) -> None:
    for _ in range(2):  # looked up, then remembered
        found = suffixes.registrable(Host(host))
        assert (found.domain, found.family) == (domain, family)


def test_before_the_list_is_read_a_name_has_two_labels() -> None:
    suffixes = PublicSuffixes()
    assert suffixes.registrable(Host("a.b.example.co.uk")).domain == "co.uk"
    suffixes.load()
    assert suffixes.registrable(Host("a.b.example.co.uk")).domain == "example.co.uk"


def test_a_flood_of_names_is_not_remembered_for_ever(suffixes: PublicSuffixes) -> None:
    for number in range(20_000):
        suffixes.registrable(Host(f"a{number}.b{number}.example{number}.com"))
    assert len(suffixes) <= 4096


@pytest.mark.parametrize("length", [255, 256, 5_000])
def test_names_of_any_length_are_looked_up_by_their_end(suffixes: PublicSuffixes, length: int) -> None:
    host = ("a." * length)[-length + len("example.com") :] + "example.com"
    assert suffixes.registrable(Host(host)).domain == "example.com"
