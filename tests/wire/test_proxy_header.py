"""The PROXY header: what a balancer says, at every cut, and what is not worth an answer."""

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.wire.proxy import LONGEST_V1, Incomplete, ProxyHeader, read

V2 = b"\r\n\r\n\x00\r\nQUIT\n"
V4 = (
    ipaddress.ip_address("192.0.2.1").packed
    + ipaddress.ip_address("192.0.2.2").packed
    + struct.pack("!HH", 5000, 25)
)
V6 = (
    ipaddress.ip_address("2001:db8::1").packed
    + ipaddress.ip_address("2001:db8::2").packed
    + struct.pack("!HH", 5000, 25)
)


def v2(command: int, family: int, addresses: bytes) -> bytes:
    return V2 + bytes([command, family]) + len(addresses).to_bytes(2, "big") + addresses


GOOD = [
    (b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 25\r\n", ("192.0.2.1", 5000)),
    (b"PROXY TCP6 2001:db8::1 2001:db8::2 5000 25\r\n", ("2001:db8::1", 5000)),
    (b"PROXY UNKNOWN\r\n", None),
    (b"PROXY UNKNOWN whatever it says\r\n", None),
    (v2(0x21, 0x11, V4), ("192.0.2.1", 5000)),
    (v2(0x21, 0x21, V6), ("2001:db8::1", 5000)),
    (v2(0x21, 0x11, V4 + b"\x03\x00\x04abcd"), ("192.0.2.1", 5000)),
    (v2(0x20, 0x00, b""), None),
    (v2(0x21, 0x31, b"u" * 216), None),
]


@pytest.mark.parametrize(("octets", "source"), GOOD)
def test_a_header_names_the_peer_at_every_cut(octets: bytes, source: tuple[str, int] | None) -> None:
    for at in range(len(octets)):
        assert read(octets[:at]) is Incomplete.NEED_MORE
    found = read(octets + b"EHLO x\r\n")
    assert isinstance(found, ProxyHeader)
    assert found.source == source
    assert found.length == len(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"EHLO client.test\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 5000\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 65536\r\n",
        b"PROXY TCP4 2001:db8::1 192.0.2.2 5000 25\r\n",
        b"PROXY TCP4 evil.test 192.0.2.2 5000 25\r\n",
        b"PROXY TCP6 fe80::1%eth0 2001:db8::2 5000 25\r\n",
        b"PROXY TCP9 192.0.2.1 192.0.2.2 5000 25\r\n",
        b"PROXY \r\n",
        b"PROXY " + b"x" * LONGEST_V1,
        v2(0x22, 0x11, V4),
        v2(0x21, 0x11, V4[:-1]),
        V2 + b"\x21\x11\xff\xff",
    ],
)
def test_anything_else_is_broken(octets: bytes) -> None:
    assert read(octets) is Incomplete.BROKEN


def test_a_zone_does_not_bring_text_into_trace_fields() -> None:
    assert read(b"PROXY TCP6 fe80::1%\nX-Forged:1 2001:db8::2 5000 25\r\n") is Incomplete.BROKEN


@given(st.binary(max_size=200), st.sampled_from([b"", b"PROXY ", V2]))
def test_no_octets_make_it_raise(octets: bytes, head: bytes) -> None:
    assert isinstance(read(head + octets), ProxyHeader | Incomplete)
