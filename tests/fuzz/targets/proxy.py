"""The PROXY header: an octet decides nothing before it is there, and what is read writes the header again."""

import ipaddress
import struct
from collections.abc import Iterator

from mailweir.wire.proxy import LONGEST_V1, LONGEST_V2, Incomplete, ProxyHeader, read

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FAMILIES = {0x11: (4, "!4s4sHH"), 0x21: (16, "!16s16sHH")}
WORDS = (
    *(b"PROXY ", b"TCP4 ", b"TCP6 ", b"UNKNOWN", b"192.0.2.1 ", b"2001:db8::1 ", b"::ffff:192.0.2.1 "),
    *(b" 25\r\n", b" 65535", b" 65536", b" 00025", b"%eth0", b"::1", b"\r\n", SIGNATURE),
    *(SIGNATURE + b"\x21\x11\x00\x0c", SIGNATURE + b"\x21\x21\x00\x24", SIGNATURE + b"\x20\x00\x00\x00"),
)


def seeds() -> Iterator[bytes]:
    yield b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 25\r\nEHLO c.test\r\n"
    yield b"PROXY TCP6 2001:db8::1 2001:db8::2 5000 25\r\n"
    yield b"PROXY UNKNOWN whatever it says\r\n"
    yield SIGNATURE + b"\x21\x11\x00\x0c" + bytes(range(12)) + b"EHLO"
    yield SIGNATURE + b"\x21\x21\x00\x28" + bytes(range(40))
    yield SIGNATURE + b"\x20\x00\x00\x00"


def check(octets: bytes) -> None:
    found = read(octets)
    if isinstance(found, ProxyHeader):
        _check_header(octets, found)
    elif found is Incomplete.NEED_MORE:
        assert len(octets) < LONGEST_V2, "a header that grows for ever"
        assert octets[:1] != b"P" or len(octets) < LONGEST_V1, "a line that grows for ever"
    _check_prefixes(octets, found)


def _check_prefixes(octets: bytes, found: ProxyHeader | Incomplete) -> None:
    """What is broken stays broken, and a whole header is whole at its last octet and not before."""
    places = {1, len(octets) // 2, len(octets) - 1}
    if isinstance(found, ProxyHeader):
        assert read(octets[: found.length]) == found
        assert read(octets[: found.length - 1]) is Incomplete.NEED_MORE
        places = {place for place in places if place < found.length}
    for place in places - {-1}:
        before = read(octets[:place])
        assert before is Incomplete.NEED_MORE or before == found, (place, before, found)


def _check_header(octets: bytes, found: ProxyHeader) -> None:
    header = octets[: found.length]
    assert len(header) == found.length
    assert (found.source is None) == (found.target is None)
    if header.startswith(b"PROXY "):
        assert header.endswith(b"\r\n")
        assert header.count(b"\r\n") == 1
        assert found.length <= LONGEST_V1
        assert _is_line_of(found, header)
        return
    assert header.startswith(SIGNATURE)
    assert found.length == 16 + int.from_bytes(header[14:16], "big") <= LONGEST_V2
    if header[12] == 0x21 and header[13] in FAMILIES:
        length, shape = FAMILIES[header[13]]
        assert header[16 : 16 + struct.calcsize(shape)] == _written(found, length, shape)
    else:
        assert found.source is None


def _written(found: ProxyHeader, length: int, shape: str) -> bytes:
    assert found.source is not None
    assert found.target is not None
    (source, source_port), (target, target_port) = found.source, found.target
    packed = [ipaddress.ip_address(one).packed for one in (source, target)]
    assert all(len(one) == length for one in packed)
    return struct.pack(shape, *packed, source_port, target_port)


def _is_line_of(found: ProxyHeader, header: bytes) -> bool:
    """Section 2.1: the family, both addresses, both ports, one space between each."""
    if found.source is None or found.target is None:
        return header[6:13] == b"UNKNOWN"
    words = header[:-2].decode("latin-1").split(" ")
    (source, source_port), (target, target_port) = found.source, found.target
    for shown, written in ((source, words[2]), (target, words[3])):
        address = ipaddress.ip_address(written)
        assert words[1] == f"TCP{address.version}"
        # An address is copied into trace fields and logs, so it is nothing but one.
        assert set(shown) <= set("0123456789abcdef.:"), shown
        assert address == ipaddress.ip_address(shown)
    assert [int(port) for port in words[4:]] == [source_port, target_port]
    return 0 <= source_port <= 65535 and 0 <= target_port <= 65535
