"""An address on which a door listens, as people write it: `HOST:PORT`, `[::1]:PORT`."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

HIGHEST_PORT = 65_535
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Listener:
    """One address. `host` is an IP address without brackets, or a name; port 0 asks for a free port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach it. Of names only `localhost` is known to be so."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def parse(text: str) -> Listener:
    """Raises ValueError for anything but `HOST:PORT` and `[IPV6]:PORT`."""
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdecimal() and int(port[:6]) <= HIGHEST_PORT):
        raise ValueError(text)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if ip_address(host).version != 6:  # noqa: PLR2004  the only kind that needs brackets
            raise ValueError(text)
    elif ":" in host or not _is_host(host):
        raise ValueError(text)
    return Listener(host, int(port))


def _is_host(host: str) -> bool:
    """An IPv4 address, or a name. What looks like a broken IPv4 address (`127.0.0.999`) is no name."""
    if re.fullmatch(r"[0-9.]+", host):
        ip_address(host)
        return True
    return _NAME.fullmatch(host) is not None
