"""Where a connection comes from and goes to."""

from typing import cast


def endpoint(name: object) -> tuple[str, int]:
    """Address and port of a socket's name; an IPv4 peer of an IPv6 socket is shown as IPv4."""
    if not isinstance(name, tuple) or not name:
        return ("", 0)  # an AF_UNIX peer has no address
    parts = cast("tuple[object, ...]", name)
    ip, port = str(parts[0]), int(str(parts[1]))
    return (ip.removeprefix("::ffff:") if "." in ip else ip, port)
