"""Which addresses belong together: who has one of them has as many of the others as he likes."""

from ipaddress import ip_address, ip_network
from typing import Final

_PREFIX: Final = {4: 24, 6: 64}


def is_loopback(ip: str) -> bool:
    """Whether that is an address of this machine to itself; what is no address is none."""
    try:
        return ip_address(ip).is_loopback
    except ValueError:
        return False


def network_of(ip: str) -> str:
    """The /24 or /64 of an address; the text itself when it is none."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    return str(ip_network((address, _PREFIX[address.version]), strict=False))
