"""The PROXY protocol header (HAProxy, versions 1 and 2): who the peer behind a balancer is.

    header = read(octets)

`NEED_MORE` asks for more octets, `BROKEN` means that the connection is worth nothing. Never raises.
Source: `proxy-protocol.txt`, sections 2.1 and 2.2.
"""

import ipaddress
import struct
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_V1 = 107  # section 2.1: with CRLF
LONGEST_V2 = 16 + 4096  # section 2.2 allows 65,535 octets of extensions; balancers send a few hundred
_V2_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_V2_FIXED = 16
_V2_LOCAL, _V2_PROXY = 0x20, 0x21
_V2_TCP4, _V2_TCP6 = 0x11, 0x21


class Incomplete(Enum):
    """Why there is no header."""

    NEED_MORE = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """`source` is the peer behind the balancer, or None when the balancer speaks for itself.

    `length` is how many octets the header took.
    """

    source: tuple[str, int] | None
    target: tuple[str, int] | None
    length: int


def read(octets: bytes) -> ProxyHeader | Incomplete:
    """The header at the start of a connection."""
    if octets.startswith(b"PROXY ") or b"PROXY ".startswith(octets):
        return _read_v1(octets)
    if octets.startswith(_V2_SIGNATURE) or _V2_SIGNATURE.startswith(octets):
        return _read_v2(octets)
    return Incomplete.BROKEN


def _read_v1(octets: bytes) -> ProxyHeader | Incomplete:
    end = octets.find(b"\r\n", 0, LONGEST_V1)
    if end < 0:
        return Incomplete.NEED_MORE if len(octets) < LONGEST_V1 else Incomplete.BROKEN
    words = octets[:end].decode("latin-1").split(" ")
    if words[1] == "UNKNOWN":
        return ProxyHeader(None, None, end + 2)
    if len(words) != 6 or words[1] not in {"TCP4", "TCP6"}:  # noqa: PLR2004  section 2.1
        return Incomplete.BROKEN
    version = 4 if words[1] == "TCP4" else 6
    source = _endpoint(words[2], words[4], version)
    target = _endpoint(words[3], words[5], version)
    if source is None or target is None:
        return Incomplete.BROKEN
    return ProxyHeader(source, target, end + 2)


def _endpoint(address: str, port: str, version: int) -> tuple[str, int] | None:
    if "%" in address:  # a zone (RFC 4007 §11) may hold any text, which would get into trace fields and logs
        return None
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    if ip.version != version or not (port.isascii() and port.isdigit() and len(port) <= 5):  # noqa: PLR2004
        return None
    number = int(port)
    return (str(ip), number) if number <= 65535 else None  # noqa: PLR2004  RFC 9293 §3.1


def _read_v2(octets: bytes) -> ProxyHeader | Incomplete:
    if len(octets) < _V2_FIXED:
        return Incomplete.NEED_MORE
    command, family = octets[12], octets[13]
    length = _V2_FIXED + int.from_bytes(octets[14:16], "big")
    if length > LONGEST_V2 or command not in {_V2_LOCAL, _V2_PROXY}:
        return Incomplete.BROKEN
    if len(octets) < length:
        return Incomplete.NEED_MORE
    addresses = octets[_V2_FIXED:length]
    if command == _V2_LOCAL:
        return ProxyHeader(None, None, length)
    shape = {_V2_TCP4: "!4s4sHH", _V2_TCP6: "!16s16sHH"}.get(family)
    if shape is None:
        return ProxyHeader(None, None, length)  # section 2.2: accept, and use the real addresses
    if len(addresses) < struct.calcsize(shape):
        return Incomplete.BROKEN
    source, target, source_port, target_port = struct.unpack_from(shape, addresses)
    return ProxyHeader(
        (str(ipaddress.ip_address(source)), source_port),
        (str(ipaddress.ip_address(target)), target_port),
        length,
    )
