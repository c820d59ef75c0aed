"""Which addresses belong together: who has one of them has as many of the others as he likes."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import Final

Network = IPv4Network | IPv6Network

_PREFIX: Final = {4: 24, 6: 64}
_IPV4_PARTS: Final = 4
_IPV4: Final = 4
_IPV6: Final = 6
_HOPS: Final = 20  # proxies behind one another


def is_loopback(ip: str) -> bool:
    """Whether that is an address of this machine to itself; what is no address is none."""
    try:
        return ip_address(ip).is_loopback
    except ValueError:
        return False


def is_near(ip: str) -> bool:
    """Whether that is this machine, or one of a private network as containers are."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def network_of(ip: str) -> str:
    """The /24 or /64 of an address; the text itself when it is none."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    return str(ip_network((address, _PREFIX[address.version]), strict=False))


def widths(ip: str) -> tuple[str, str, str]:
    """An address, its /24 or /64, and its /16 or /48: who has one of them may have all of it.

    Short keys, not networks: a thousand of them cost a millisecond. Of IPv6 even the first is the /64, since
    the smallest customer gets that. The text itself three times when it is no address.
    """
    if ":" not in ip:  # by text, since each connection is asked twice
        if ip.count(".") != _IPV4_PARTS - 1:
            return ip, ip, ip
        network = ip[: ip.rfind(".")]
        return ip, network, network[: network.rfind(".")]
    try:
        address = ip_address(ip)
    except ValueError:
        return ip, ip, ip
    if address.version == _IPV6 and (mapped := address.ipv4_mapped) is not None:
        return widths(str(mapped))
    packed = address.packed.hex(":", 2)
    subnet = ":".join(packed.split(":")[:4])
    return subnet, subnet, ":".join(packed.split(":")[:3])


def network_called(key: str) -> str:
    """The network of a key of `widths`, as people write it; the key itself when it is of none."""
    parts = key.split(":") if ":" in key else key.split(".")
    try:
        if ":" in key:
            return str(ip_network((f"{key}::", len(parts) * 16)))
        return str(ip_network((".".join([*parts, *["0"] * (_IPV4_PARTS - len(parts))]), len(parts) * 8)))
    except ValueError:
        return key


def own_network(ip: str) -> Network:
    """What the peer at an address has to itself: an IPv4 address, or a /64 of IPv6. Raises ValueError."""
    address = ip_address(ip)
    if isinstance(address, IPv6Address) and (mapped := address.ipv4_mapped) is not None:
        address = mapped
    return ip_network((address, 32 if address.version == _IPV4 else 64), strict=False)


def client_behind(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Whom a connection is from that `peer` has made: the first, from the right, who is no trusted proxy.

    `forwarded` is X-Forwarded-For: each proxy appends who has come to it, so that all to the left of what a
    trusted one has written may be made up.
    """
    client = peer
    for hop in islice(reversed(forwarded.split(",")), _HOPS):
        try:
            if not any(ip_address(client) in network for network in trusted):
                return client
            client = str(ip_address(hop.strip()))
        except ValueError:  # what it wrote is no address: so it speaks for itself
            return client
    return client
