"""What a server says when it is ready: one JSON line for programs, a few lines for people."""

import json
from collections.abc import Mapping

from mailweir import __version__
from mailweir.config.listener import Listener
from mailweir.config.settings import DOORS, Settings
from mailweir.roles.sockets import Sockets, named

_ANYWHERE: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where a client on this machine connects


def line(sockets: Sockets) -> str:
    """The ready line, with the doors that are bound in the order of `DOORS`."""
    bound = {door: named(sockets[door]) for door in DOORS if door in sockets}
    return json.dumps({"event": "ready", **bound}, separators=(",", ":"))


def text(settings: Settings, sockets: Sockets) -> str:
    """What holds, and how to send and read a first mail."""
    lines = [
        f"Mailweir {__version__} is ready, with its data in {settings.data}",
        f"Profile {settings.profile}, because {settings.profile_reason}.",
        *(f"  {door:<10} {named(sockets[door])}" for door in DOORS if door in sockets),
    ]
    if "smtp" in sockets:
        lines.append(f"Send a mail:  swaks --to any@thing.test --server {_client_address(sockets, 'smtp')}")
    if "http" in sockets:
        page = settings.public_url or f"http://{_client_address(sockets, 'http')}"
        lines.append(f"Read it:      {page}/")
    return "\n".join(lines) + "\n"


def _client_address(sockets: Sockets, door: str) -> str:
    host, port = sockets[door][0].getsockname()[:2]
    return str(Listener(_ANYWHERE.get(host, host), port))
