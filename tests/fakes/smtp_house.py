"""A door on a real port, an intake that can be held, failed and looked into, and a bare client."""

import asyncio
import contextlib
import ipaddress
import itertools
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast

from fakes.floods import Stand
from fakes.quick import quick_passwords
from mailweir.adapters.argon2 import Argon2Passwords
from mailweir.adapters.certificate import made_for
from mailweir.adapters.memory.plans import MemoryPlans
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.system import SystemClock
from mailweir.model.message import Delivery, QueueId
from mailweir.policy.admission import Hosts
from mailweir.policy.alternates import Alternates
from mailweir.policy.caps import Caps
from mailweir.policy.overload import Backlog
from mailweir.ports.intake import Room
from mailweir.servers.smtp import tls
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.listener import Listener
from mailweir.servers.smtp.public import PublicDoor
from mailweir.servers.smtp.submission import SubmissionDoor
from mailweir.servers.smtp.terms import Terms
from mailweir.services.capture import Capture
from mailweir.services.metering import Metering
from mailweir.services.reception import Reception
from mailweir.services.signin import SignIn
from mailweir.services.throttling import Throttling
from mailweir.wire.smtp.server import Rules

PATIENCE = 10.0
"""Seconds that a test waits for something that must come."""

ALTERNATES = Alternates("a secret of tests")


class HeldIntake:
    """Keeps deliveries in a list; `hold` keeps acknowledgements back, `fail` makes it fail."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.asked = asyncio.Event()
        self.its_room = Room.CALM
        self.its_backlog = Backlog(0, 0.0)
        self._gate = asyncio.Event()
        self._gate.set()
        self._error: Exception | None = None

    def hold(self) -> None:
        self._gate.clear()

    def release(self) -> None:
        self._gate.set()

    def fail(self, error: Exception | None) -> None:
        self._error = error

    async def deliver(self, delivery: Delivery) -> None:
        self.asked.set()
        await self._gate.wait()
        if self._error is not None:
            raise self._error
        self.deliveries.append(delivery)

    def backlog(self) -> Backlog:
        return self.its_backlog

    def room(self) -> Room:
        return self.its_room


class CountingIds:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def message(self) -> QueueId:
        return QueueId(f"q{next(self._numbers)}")


@dataclass
class Peer:
    """A client that says just what it is told to say."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def closed(self) -> bool:
        return self.reader.at_eof() or self.writer.transport.is_closing()

    async def send(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def line(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await self.reader.readline()).decode().removesuffix("\r\n")

    async def code(self) -> int:
        """The code of the next whole reply."""
        line = await self.line()
        while line[3:4] == "-":
            line = await self.line()
        return int(line[:3])

    async def say(self, command: str) -> str:
        """Sends one command; the last line of its reply."""
        await self.send(command.encode() + b"\r\n")
        line = await self.line()
        while line[3:4] == "-":
            line = await self.line()
        return line

    async def start_tls(self) -> None:
        """STARTTLS with whatever certificate there is."""
        assert (await self.say("STARTTLS")).startswith("220")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        await self.writer.start_tls(context)

    async def lines(self, command: str) -> list[str]:
        """Sends one command; every line of its reply."""
        await self.send(command.encode() + b"\r\n")
        said = [await self.line()]
        while said[-1][3:4] == "-":
            said.append(await self.line())
        return said

    async def hears_within(self, seconds: float) -> bool:
        """Whether anything arrives in that time; what arrives is lost."""
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read(1) != b""
        except TimeoutError:
            return False

    async def push(self, octets: bytes, *, limit: int) -> int:
        """Sends again and again until the other side takes no more; how much went."""
        sent = 0
        while sent < limit:
            self.writer.write(octets)
            sent += len(octets)
            try:
                async with asyncio.timeout(0.3):
                    await self.writer.drain()
            except TimeoutError:
                break
        return sent

    async def ended(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read() == b""

    async def gone(self) -> None:
        """Waits until the other side has closed, in whatever way."""
        async with asyncio.timeout(PATIENCE):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionError:
                pass

    def shut(self) -> None:
        self.writer.write_eof()

    def abort(self) -> None:
        self.writer.transport.abort()


@dataclass
class House:
    listener: Listener
    intake: HeldIntake
    host: str
    port: int
    certificate: Path
    peers: list[Peer] = field(default_factory=list[Peer])

    async def connect(self, *, greeted: bool = True) -> Peer:
        peer = Peer(*await asyncio.open_connection(self.host, self.port))
        self.peers.append(peer)
        if greeted:
            assert await peer.code() == 220
        return peer

    async def connect_from(self, ip: str) -> Peer:
        """A connection of that address, if the house trusts a balancer here; not greeted yet."""
        peer = await self.connect(greeted=False)
        await peer.send(f"PROXY TCP{6 if ':' in ip else 4} {ip} {ip} 4711 25\r\n".encode())
        return peer

    async def emptied(self, *, to: int = 0) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.listener.sessions > to:  # noqa: ASYNC110  the listener has no event for a count
                await asyncio.sleep(0.01)

    def renew_certificate(self, directory: Path) -> None:
        directory.mkdir()
        files = made_for("mx.test", directory, SystemClock().now())
        self.listener.replace_tls(tls.context(files.certificate, files.key))

    async def close(self) -> None:
        self.intake.release()
        for peer in self.peers:
            peer.abort()
            with contextlib.suppress(ConnectionError):
                await peer.writer.wait_closed()
        await self.listener.drain(PATIENCE)


def a_door(intake: HeldIntake, choices: Mapping[str, object]) -> Door:
    """As the choices of a house say."""
    clock = SystemClock()
    any_login = bool(choices.get("any_login"))
    accounts = cast("Registry | None", choices.get("accounts"))
    rules = Rules("mx.test", size_limit=1_000_000, tls=bool(choices.get("tls")))
    hosts = Hosts(cast("frozenset[str]", choices.get("base_domains", frozenset[str]())))
    known = MemoryDirectory(accounts or Registry())
    reception = Reception(intake, known, clock, CountingIds(), hosts, ALTERNATES, "mx.test")
    if accounts is None:
        rules = replace(rules, auth=any_login, auth_without_tls=any_login)
        throttling = cast("Throttling | None", choices.get("throttling"))
        throttling = throttling or Stand(throttle="off").throttling
        return PublicDoor(reception, throttling, rules, any_login=any_login)
    metering = Metering(MemoryPlans(accounts), known, clock)
    passwords = cast("Argon2Passwords", choices.get("passwords") or quick_passwords())
    capture = Capture(reception, SignIn(known, passwords, clock), metering, for_all=any_login)
    return SubmissionDoor(capture, replace(rules, auth=True, auth_without_tls=any_login))


async def a_house(directory: Path, **choices: object) -> House:
    """Choices: tls, any_login, base_domains, trusted, host, passwords, caps, pressed, whatever `Terms` has.

    With `accounts`, a registry, it is a submission door, else a public one. `door` wraps it.
    """
    intake = HeldIntake()
    door = a_door(intake, choices)
    if "door" in choices:
        door = cast("Callable[[Door], Door]", choices["door"])(door)
    files = made_for("mx.test", directory, SystemClock().now())
    named = {one.name: choices[one.name] for one in fields(Terms) if one.name in choices}
    terms = Terms(
        trusted_proxies=[ipaddress.ip_network(n) for n in cast("list[str]", choices.get("trusted", []))],
        **cast("dict[str, Any]", {"most_sessions": 1000, "sweep": 0.05} | named),
    )
    certified = tls.context(files.certificate, files.key) if choices.get("tls") else None
    listener = Listener(
        door,
        terms,
        tls=certified,
        caps=cast("Caps | None", choices.get("caps")),
        pressed=cast("Callable[[], bool]", choices.get("pressed", bool)),
    )
    host = cast("str", choices.get("host", "127.0.0.1"))
    bound = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setblocking(False)  # noqa: FBT003  the socket module has no keyword for it
    await listener.start([bound])
    return House(listener, intake, host, bound.getsockname()[1], files.certificate)
