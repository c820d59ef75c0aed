"""A whole web door on loopback, over a store in memory, and a client that sends exactly what it is told."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from fakes.bans import a_blocklist
from fakes.makers import an_explanation
from fakes.quick import quick_passwords
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.banbook import MemoryBanBook, MemoryBook
from mailweir.adapters.memory.bus import MemoryBus
from mailweir.adapters.memory.domains import MemoryDomains
from mailweir.adapters.memory.explanations import MemoryExplanations
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.plans import MemoryPlans
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.memory.runs import MemoryRuns
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.memory.users import MemoryUsers
from mailweir.adapters.parser_pool.digesting import digest_of
from mailweir.adapters.system import RandomKeys
from mailweir.model.account import AccountName, NewKey, Scope, key_hash
from mailweir.model.address import Address, Host, Inbox
from mailweir.model.event import Nudge
from mailweir.model.message import Delivery, MessageId, Peer, QueueId, Recipient, Summary
from mailweir.model.ruling import Action, Rule
from mailweir.model.user import Traits, User, UserName, operator_of
from mailweir.policy.admission import Hosts
from mailweir.policy.alternates import Alternates
from mailweir.policy.hosting import Hosting
from mailweir.policy.sharing import Links
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError
from mailweir.ports.mailbox import Shown
from mailweir.servers.web.app import Uses, WebFacts, build
from mailweir.servers.web.places import Places
from mailweir.servers.web.server import WebServer
from mailweir.services.access import Access
from mailweir.services.addresses import Addresses
from mailweir.services.domains import Domains
from mailweir.services.guests import Guests
from mailweir.services.history import History, Telling
from mailweir.services.metering import Metering
from mailweir.services.people import People
from mailweir.services.profile import Profile
from mailweir.services.proving import Proving
from mailweir.services.reading import Reading
from mailweir.services.resets import Resets
from mailweir.services.runs import Runs
from mailweir.services.second_factor import SecondFactor
from mailweir.services.sessions import Sessions
from mailweir.services.signin import SignIn
from mailweir.services.streams import Streams
from mailweir.services.watching import Watching

ALTERNATES = Alternates("a secret of tests")
ROOT = Traits()
LINKS = Links("a secret of tests")
GUEST_PASSWORD = "open sésame: 12"
NOW = 1_795_600_800_123  # 2026-11-24T16:40:00.123Z... a Tuesday
PLAIN = b"From: Ann <ann@sender.test>\r\nTo: bob@thing.test\r\nSubject: Hello\r\n\r\nIt works.\r\n"


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.time / 1000


class HandResolver:
    """A DNS of what a test puts into it.

    `silent` has it give no answer; `delay` is how long it takes, in seconds.
    """

    def __init__(self) -> None:
        self.txt: dict[str, list[str]] = {}
        self.mx: dict[str, list[str]] = {}
        self.silent = False
        self.delay = 0.0
        self.asked = 0

    async def texts(self, host: Host) -> Sequence[str]:
        self.asked += 1
        await asyncio.sleep(self.delay)
        if self.silent:
            raise UnavailableError("silent")
        return self.txt.get(host, [])

    async def mail_hosts(self, host: Host) -> Sequence[Host]:
        return [Host(name) for name in self.mx.get(host, [])]


class BrittleMailbox(MemoryMailbox):
    """A mailbox that can be told to fail, and to hold its readers: `failure` is raised by every read,
    `gate` is waited for, and `reached` says that somebody waits there.
    """

    failure: Exception | None = None
    gate: asyncio.Event | None = None
    reached: asyncio.Event | None = None

    async def inbox(
        self, inbox: Inbox, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        await self._wait()
        return await super().inbox(inbox, limit=limit, until=until, shown=shown)

    async def all(
        self, *, limit: int, until: int | None = None, shown: Shown | None = None
    ) -> Sequence[Summary]:
        await self._wait()
        return await super().all(limit=limit, until=until, shown=shown)

    async def after(
        self, inboxes: Sequence[Inbox] | None, seq: int, *, limit: int, hosts: Sequence[Host] = ()
    ) -> Sequence[Summary]:
        await self._wait()
        return await super().after(inboxes, seq, limit=limit, hosts=hosts)

    async def position(self) -> int:
        await self._wait()
        return await super().position()

    async def find(self, inbox: Inbox, message: MessageId) -> Summary | None:
        await self._wait()
        return await super().find(inbox, message)

    def hold(self) -> tuple[asyncio.Event, asyncio.Event]:
        """Holds every reader from now on: what says that one has come, and what lets it go on."""
        self.reached, self.gate = asyncio.Event(), asyncio.Event()
        return self.reached, self.gate

    async def _wait(self) -> None:
        if self.gate is not None and self.reached is not None:
            self.reached.set()
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  JSON is what it is
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class EventStream:
    """A stream of server-sent events on its way."""

    def __init__(self, reader: asyncio.StreamReader, headers: Mapping[str, str]) -> None:
        self._reader = reader
        self.headers = headers
        self._heard = b""

    async def ended(self) -> bool:
        """Waits until the server has said all."""
        return (await self._reader.readuntil(b"0\r\n\r\n")) != b""

    async def event(self) -> str:
        """The next event, without the empty line at its end."""
        async with asyncio.timeout(5):
            while b"\n\n" not in self._heard:
                length = int(await self._reader.readuntil(b"\r\n"), 16)
                self._heard += (await self._reader.readexactly(length + 2))[:-2]
        event, _, self._heard = self._heard.partition(b"\n\n")
        return event.decode()


@dataclass
class WebHouse:
    """The parts that a test looks at. `port` answers once `open` has been awaited."""

    rules: AnonymousRules = field(default_factory=lambda: AnonymousRules(local=True))
    message_size_limit: int = 4096
    reasons: list[str] = field(default_factory=list[str])
    reports: list[tuple[BaseException, str]] = field(default_factory=list[tuple[BaseException, str]])
    dropped_from: list[str] = field(default_factory=list[str])
    refuses_drops: bool = False
    public_url: str = "http://127.0.0.1:8025"
    security_contacts: Sequence[str] = ("mailto:security@thing.test",)
    port: int = 0
    slow: float = 10.0

    def __post_init__(self) -> None:
        self.clock = HandClock()
        self.store = MemoryStore(self.clock)
        self.bus = MemoryBus()
        self.mailbox = BrittleMailbox(self.store)
        self.registry = Registry()
        self.accounts = MemoryAccounts(self.registry, self.clock)
        self.domains = MemoryDomains(self.registry, self.clock)
        self.plans = MemoryPlans(self.registry)
        self.users = MemoryUsers(self.registry, self.clock)
        self.passwords = quick_passwords()
        self.trusted_proxies: list[IPv4Network | IPv6Network] = []
        self.links: list[tuple[str, str, str]] = []
        self.resolver = HandResolver()
        self.base_domains = frozenset[str]()
        self.blocklist = a_blocklist(MemoryBanBook(MemoryBook()), self.clock)
        self.explanations = MemoryExplanations(self.clock)
        self._kept = 0

    def facts(self) -> WebFacts:
        return WebFacts(
            version="0.1.0",
            rules="Each inbox keeps its newest 500 messages for 30 days.",
            message_size_limit=self.message_size_limit,
            public_url=self.public_url,
            smtp="127.0.0.1:1025",
            now=self.clock.now,
            ready=lambda: self.reasons,
            report=lambda error, where: self.reports.append((error, where)),
            disposable=frozenset({"throwaway.test", "xn--mll-hoa.test"}),
            status_url="http://status.test/",
            community_url="http://community.test/",
            trusted_proxies=self.trusted_proxies,
            security_contacts=self.security_contacts,
        )

    async def open(self, places: Places | None = None) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        access = Access(MemoryDirectory(self.registry), self.rules, self.clock)
        self.watching = Watching(self.bus)
        reading = Reading(self.mailbox, access, self.clock, self.watching)
        self.streams = Streams(reading)
        hosting = Hosting(frozenset({"base.test"}), (Host("mx.base.test"),))
        proving = Proving(self.domains, self.mailbox, self.resolver, hosting, self.clock)
        domains = Domains(self.domains, self.mailbox, access, proving, RandomKeys())
        directory = access.directory
        passwords, secrets = self.passwords, RandomKeys()
        signin = SignIn(directory, passwords, self.clock)
        second = SecondFactor(self.users, self.clock)
        sessions = Sessions(self.accounts, directory, signin, second, secrets, self.clock)
        people = People(self.users, self.accounts, passwords, secrets, self.clock)
        self.people = people
        self.resets = Resets(people, signin, directory, self.send_link)
        self.metering = Metering(self.plans, access.directory, self.clock)
        guests = Guests(GUEST_PASSWORD if self.rules.guests_only else None, self.clock)
        hosts = Hosts(self.base_domains)
        self.runs = Runs(
            MemoryRuns(self.registry),
            self.mailbox,
            access,
            hosts,
            Host("base.test"),
            RandomKeys(),
            self.clock,
            self.bus,
        )
        uses = Uses(
            reading,
            Addresses(self.accounts, access, ALTERNATES),
            domains,
            self.metering,
            sessions,
            people,
            Profile(self.users, access, sessions),
            self.resets,
            LINKS,
            guests,
            self.runs,
            History(self.bus),
            Telling(self.bus),
            self.blocklist,
            self.explanations,
        )
        app = build(uses, self.drop, self.facts(), slow=self.slow)
        self.server = WebServer(app, [listener], places=places)
        await self.server.start()

    async def account(self, name: str) -> str:
        """Makes an account; its key."""
        key = f"k_{name}{'0' * 20}"
        await self.accounts.add(AccountName(name), NewKey("first", key_hash(key), key[-4:]))
        return key

    def forget_accounts(self) -> None:
        """As if there had never been any."""
        known = self.registry
        for kept in (known.accounts, known.keys, known.sessions, known.addresses, known.domains):
            kept.clear()
        known.runs.clear()
        known.plans.clear()
        known.users.clear()
        known.journal.clear()
        known.former.clear()

    async def key(self, account: str, name: str, scope: Scope) -> str:
        """One more key of an account, good for less than all."""
        key = f"k_{account}{name}{'0' * 20}"
        await self.accounts.add_key(
            AccountName(account), NewKey(name, key_hash(key), key[-4:], scope), most=9
        )
        return key

    async def user(self, account: str, name: str, traits: Traits = ROOT) -> str:
        """One of the people of an account; his password."""
        return await self.people.add(operator_of(AccountName(account)), UserName(name), traits)

    async def send_link(self, user: User, token: str) -> None:
        self.links.append((user.mail or "", user.full_name, token))

    async def domain(self, account: str, host: str, *, private: bool = True) -> None:
        """Makes a host an account's."""
        owner, name = AccountName(account), Host(host)
        await self.domains.claim(owner, name, "mailweir_proof", most=9)
        await self.domains.hold(owner, name)
        await self.domains.set_private(owner, name, private=private)

    def waiters(self) -> int:
        """How many follow some inbox just now."""
        return sum(map(len, self.watching._watched.values()))

    async def reopen(self) -> None:
        """Serves anew, on another port."""
        await self.server.drain(0.2)
        await self.open()

    async def drop(self, email: str, raw: bytes, ip: str) -> str | None:
        address = Address.parse(email)
        if self.refuses_drops or address is None:
            return None
        self.dropped_from.append(ip)
        return self.keep(str(address), raw)

    def refuse(
        self,
        to: str = "bob@thing.test",
        rule: Rule = Rule.INBOX,
        action: Action = Action.LATER,
        **known: Any,  # noqa: ANN401  as `an_explanation` takes it
    ) -> None:
        """Mail for an address comes to nothing, just now unless `at` says when."""
        told: dict[str, Any] = {"at": self.clock.now(), **known}
        self.explanations.keep(an_explanation(0, Inbox(to), rule, action, **told))

    def keep(
        self,
        to: str = "bob@thing.test",
        raw: bytes = PLAIN,
        sender: str | None = "ann@sender.test",
        *,
        digest: bool = True,
    ) -> str:
        """Puts a message into the store, and what is read out of it; answers its id."""
        self._kept += 1
        address = Address.parse(to)
        assert address is not None
        delivery = Delivery(
            id=QueueId(f"q{self._kept}"),
            received=self.clock.now(),
            sender=sender,
            recipients=(Recipient(to, address.inbox),),
            peer=Peer("192.0.2.7", 4711, via="192.0.2.1", tls=True),
            trace=b"",
            content=raw,
        )
        self.store.keep(delivery)
        if digest:
            self.digest(f"q{self._kept}-0")
        return f"q{self._kept}-0"

    def digest(self, message: str) -> None:
        """Reads a message that was kept without a digest."""
        (kept,) = (one for one in self.store.messages(0) if f"{one.delivery.id}-0" == message)
        self.store.read(kept.key, _read(kept.delivery.raw))

    def nudge(self, *inboxes: str) -> None:
        """Says that there is something to look at."""
        self.bus.publish(Nudge(tuple(Inbox(inbox) for inbox in inboxes)))

    async def get(self, target: str, **headers: str) -> Answer:
        return await self.ask("GET", target, headers)

    async def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request on a connection of its own; `_` in header names means `-`."""
        lines = {"host": f"127.0.0.1:{self.port}", "connection": "close"}
        if body is not None:
            lines["content-length"] = str(len(body))
        lines |= {name.replace("_", "-").lower(): value for name, value in (headers or {}).items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        return await self.say(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + (body or b""))

    @asynccontextmanager
    async def stream(self, target: str, **headers: str) -> AsyncGenerator[EventStream]:
        """Server-sent events, until the client has enough."""
        lines = {"host": f"127.0.0.1:{self.port}"}
        lines |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {target} HTTP/1.1\r\n{head}\r\n".encode())
            status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
            assert status.startswith("HTTP/1.1 200"), status
            pairs = (field.partition(":") for field in fields)
            yield EventStream(reader, {name.lower(): value.strip() for name, _, value in pairs})
        finally:
            writer.close()

    async def say(self, octets: bytes) -> Answer:
        """Sends octets as they are and reads one answer to the end."""
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(octets)
                head = await reader.readuntil(b"\r\n\r\n")
                status_line, *fields = head.decode("latin-1").split("\r\n")[:-2]
                headers = {
                    name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)
                }
                body = await reader.read() if headers.get("connection") == "close" else b""
            finally:
                writer.close()
            await writer.wait_closed()
        return Answer(int(status_line.split()[1]), headers, body)


# Some tests keep the same few messages ten thousand times; reading them was half of what those took.
_read = lru_cache(maxsize=64)(digest_of)


def basic(password: str, name: str = "anybody") -> str:
    """What `Authorization` says of these (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


Furnish = Callable[..., Awaitable[WebHouse]]
