"""The web role: the API and the pages."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

from mailweir import __version__
from mailweir.adapters.disposable import disposable_domains
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.plans import SqlitePlans
from mailweir.adapters.sqlite.runs import SqliteRuns
from mailweir.adapters.sqlite.users import SqliteUsers
from mailweir.adapters.system import RandomKeys, SystemClock
from mailweir.config.exposure import public_url
from mailweir.config.settings import Settings
from mailweir.model.address import Address
from mailweir.model.event import Heartbeat, Signal
from mailweir.model.message import Peer, message_id
from mailweir.model.verdict import Verdict
from mailweir.observe import logs
from mailweir.policy.health import Pulse
from mailweir.policy.retention import Retention
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.bus import Bus
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.ports.explanations import Explanations
from mailweir.roles import caps, descriptors
from mailweir.roles.blocklist import open_blocklist
from mailweir.roles.counting import counting
from mailweir.roles.embedded import (
    FRESH_PROCESS,
    Watch,
    alternates,
    hosting,
    hosts,
    links,
    open_bus,
    open_directory,
    open_explanations,
    open_intake,
    reception,
    resolver,
    run_host,
)
from mailweir.roles.seat import Seat
from mailweir.roles.signing import signing
from mailweir.servers.web.app import Uses, WebFacts, build
from mailweir.servers.web.places import Places
from mailweir.servers.web.server import CONNECTIONS, WebServer
from mailweir.services.access import Access
from mailweir.services.addresses import Addresses
from mailweir.services.blocklist import Blocklist
from mailweir.services.domains import Domains
from mailweir.services.guests import Guests
from mailweir.services.history import History, Telling
from mailweir.services.letters import Letters
from mailweir.services.metering import Metering
from mailweir.services.proving import Proving
from mailweir.services.reading import Reading
from mailweir.services.reception import Reception, Transaction
from mailweir.services.runs import Runs
from mailweir.services.watching import Watching

_DRAIN = 10.0  # seconds that requests under way may take to end
_KEEPING = 30.0  # seconds that the store may take to keep a message

_log = logs.get()


async def run(seat: Seat) -> int:
    """Serves HTTP until it is asked to stop, or until the disk has failed and recovered."""
    settings = seat.settings
    try:
        async with (
            open_bus(settings) as bus,
            open_intake(settings, bus) as intake,
            open_directory(settings) as directory,
            open_explanations(settings) as explanations,
            open_blocklist(settings, "web") as blocklist,
            serving(seat, intake, directory, bus, blocklist, explanations) as broken,
        ):
            seat.ready()
            return await Watch("web", intake, bus, broken).ended(seat.stopping, settings.data)
    except UnavailableError as error:
        _log.error("the store cannot be opened", why=str(error))
        return FRESH_PROCESS


@asynccontextmanager
async def serving(
    seat: Seat,
    intake: SqliteIntake,
    directory: Directory,
    bus: Bus,
    blocklist: Blocklist,
    explanations: Explanations,
) -> AsyncGenerator[Callable[[], bool]]:
    """Serves HTTP meanwhile; tells whether a write of its own was not synced."""
    settings = seat.settings
    clock = SystemClock()
    mailbox = SqliteMailbox(settings.data, clock)
    pulse = _pulse(settings, bus, clock)
    receiving = reception(settings, intake, directory)
    dropping = Dropping(receiving, settings.node_name)
    facts = _facts(settings, lambda: pulse.troubles(clock.monotonic()))
    watching = Watching(bus)
    access = Access(directory, _rules(settings), clock)
    accounts, domains = SqliteAccounts(settings.data, clock), SqliteDomains(settings.data, clock)
    plans, users = SqlitePlans(settings.data, clock), SqliteUsers(settings.data, clock)
    runs, history = SqliteRuns(settings.data, clock), History(bus)
    signed = signing(settings, accounts, users, access, Letters(receiving, facts.public_url))
    proving = Proving(domains, mailbox, resolver(settings), hosting(settings), clock)
    uses = Uses(
        Reading(mailbox, access, clock, watching),
        Addresses(accounts, access, alternates(settings)),
        Domains(domains, mailbox, access, proving, RandomKeys()),
        Metering(plans, directory, clock),
        signed.sessions,
        signed.people,
        signed.profile,
        signed.resets,
        links(settings),
        Guests(settings.guest_password, clock),
        Runs(runs, mailbox, access, hosts(settings), run_host(settings), RandomKeys(), clock, bus),
        history,
        Telling(bus),
        blocklist,
        explanations,
        signed.federation,
    )
    app = build(uses, dropping.drop, facts)
    trusted = [ip_network(network) for network in settings.trusted_proxies]
    places = Places(min(CONNECTIONS, descriptors.places(seat)), caps.of_web(settings), trusted)
    server = WebServer(app, seat.sockets.get("http", ()), places=places)
    stores = (mailbox, accounts, domains, plans, users, runs)
    try:
        async with counting(accounts, access, uses.metering):
            await server.start()
            try:
                yield lambda: any(store.broken for store in stores)
            finally:
                watching.stop()
                await server.drain(_DRAIN)
    finally:
        watching.close()
        history.close()
        await signed.close()
        for store in stores:
            await store.close()


def _pulse(settings: Settings, bus: Bus, clock: SystemClock) -> Pulse:
    """How the other processes are, as they say on the bus."""
    pulse = Pulse(frozenset({"receiver"} if settings.smtp else ()))

    def listen(signal: Signal) -> None:
        if isinstance(signal, Heartbeat):
            pulse.note(signal, clock.monotonic())

    bus.subscribe(listen)
    return pulse


@dataclass(frozen=True, slots=True)
class Dropping:
    """Mail that comes by HTTP is received as if it had come by SMTP."""

    reception: Reception
    hostname: str

    async def drop(self, email: str, octets: bytes, ip: str) -> str | None:
        """The id of the message that was kept; None when mail for `email` is not taken.

        Raises UnavailableError.
        """
        address = Address.parse(email)
        if address is None:
            return None
        verdict = self.reception.verdict_on_recipient(address)
        if verdict is Verdict.NOT_OURS:
            return None
        if verdict is not Verdict.ACCEPT or self.reception.verdict_on_mail() is not Verdict.ACCEPT:
            raise UnavailableError("the store takes no mail just now")
        peer = Peer(ip, 0, hello=self.hostname)
        receipt = self.reception.deliver(Transaction(None, [address], octets, peer, protocol="HTTP"))
        try:
            async with asyncio.timeout(_KEEPING):
                await receipt.kept
        except TimeoutError as error:
            raise UnavailableError("the store took too long") from error
        return message_id(receipt.id, 0)


def _rules(settings: Settings) -> AnonymousRules:
    return AnonymousRules(
        reads=settings.anonymous_reads,
        deletes=settings.anonymous_deletes,
        key_required=settings.api_requires_key,
        local=settings.profile == "local",
        guests_only=settings.guest_password is not None,
    )


def _facts(settings: Settings, troubles: Callable[[], Sequence[str]]) -> WebFacts:
    return WebFacts(
        version=__version__,
        rules=Retention(settings.public_inbox_days, settings.public_inbox_limit).sentence(),
        message_size_limit=settings.message_size_limit,
        public_url=public_url(settings),
        smtp=str(settings.smtp[0]) if settings.smtp else "",
        now=SystemClock().now,
        ready=troubles,
        report=lambda error, where: _log.error("request failed", where=where, error=repr(error)),
        disposable=disposable_domains() | set(settings.base_domains),
        status_url=settings.status_url or "",
        community_url=settings.community_url or "",
        trusted_proxies=[ip_network(network) for network in settings.trusted_proxies],
        provider=urlsplit(settings.oidc_issuer or "").netloc,
        security_contacts=settings.security_contact,
    )
