"""Binds every listener, once.

The supervisor keeps the sockets open over the restarts of the children that it hands them to, so a
client that connects meanwhile waits and is not reset. SO_REUSEPORT is never set: a second server
would silently take a share of the mail.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mailweir.config.listener import Listener
from mailweir.config.settings import Settings
from mailweir.roles.errors import StartError

BACKLOG = 4_096  # connections that wait while a role starts anew; the kernel cuts it to its own limit

Sockets = Mapping[str, Sequence[socket.socket]]
"""The listening sockets of each door that is bound."""


def bind(settings: Settings, doors: Iterable[str]) -> Sockets:
    """A listening socket for every address of these doors; a door that is `off` is left out.

    Raises StartError, which names the door, its address and the flag that changes it; then nothing
    stays bound.
    """
    with contextlib.ExitStack() as opened:
        bound = {
            door: [opened.enter_context(_listen(door, listener)) for listener in settings.listeners(door)]
            for door in doors
        }
        opened.pop_all()
    return {door: sockets for door, sockets in bound.items() if sockets}


def close(sockets: Sockets) -> None:
    """Closes all of them; what other processes hold of them stays open."""
    for listening in each(sockets):
        listening.close()


def found(settings: Settings, sockets: Sockets) -> Settings:
    """The settings with the addresses that the system gave where port 0 asked for a free one."""
    return replace(
        settings,
        **{
            door: tuple(Listener(*one.getsockname()[:2]) for one in listening)
            for door, listening in sockets.items()
        },
    )


def each(sockets: Sockets) -> Iterator[socket.socket]:
    """All sockets of all doors."""
    for listening in sockets.values():
        yield from listening


def named(listening: Sequence[socket.socket]) -> str:
    """Where these sockets listen, as the ready line says it: `127.0.0.1:1025,[::1]:1025`."""
    return ",".join(str(Listener(*one.getsockname()[:2])) for one in listening)


def _listen(door: str, listener: Listener) -> socket.socket:
    family, address = _resolve(door, listener)
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.setblocking(False)  # noqa: FBT003  its only form
        listening.bind(address)  # pyright: ignore[reportArgumentType]  # as getaddrinfo gave it
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise refused(door, listener, error) from error
    except BaseException:
        listening.close()
        raise
    return listening


def _resolve(door: str, listener: Listener) -> tuple[socket.AddressFamily, object]:
    """The address to bind. A name that has several stands for its first, IPv4 before IPv6."""
    try:
        found = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise StartError(
            f"{door} cannot listen on {listener}: no such host; name an address of this machine by --{door}."
        ) from error
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, address


def refused(door: str, listener: Listener, error: OSError) -> StartError:
    """The sentence on a socket that the system did not grant."""
    other = f"--{door} HOST:PORT"
    match error.errno:
        case errno.EADDRINUSE:
            why = f"the port is in use; stop what uses it, or name another with {other} (port 0 = a free one)"
        case errno.EACCES | errno.EPERM:
            why = f"ports below 1024 need the privilege CAP_NET_BIND_SERVICE; grant it, or use {other}"
        case errno.EADDRNOTAVAIL:
            why = f"this machine has no such address; name another with {other}"
        case number:
            why = f"{os.strerror(number or 0)}; name another with {other}"
    return StartError(f"{door} cannot listen on {listener}: {why}.")
