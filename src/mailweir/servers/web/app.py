"""Puts the web door together: one ASGI application from the uses that it offers and the facts it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from mailweir.policy.sharing import Links
from mailweir.ports.explanations import Explanations
from mailweir.servers.web import (
    account_pages,
    federation_pages,
    health,
    message_pages,
    notices,
    options,
    pages,
    profile_pages,
    reference,
    rendering,
    reset_pages,
    shared_pages,
    signin_pages,
    static,
)
from mailweir.servers.web.api.routes import API
from mailweir.servers.web.door import Door, Drop, WebFacts, WebRequest, bring, door_of
from mailweir.servers.web.errors import ErrorBody, error_body, problem
from mailweir.servers.web.frames import Frames
from mailweir.servers.web.framework import Framework
from mailweir.servers.web.guard import Guard
from mailweir.servers.web.guests import Greeting
from mailweir.servers.web.live import SLOW, Live
from mailweir.servers.web.metered import Metered
from mailweir.servers.web.polling import Polling
from mailweir.servers.web.waiting import Waits
from mailweir.services.addresses import Addresses
from mailweir.services.blocklist import Blocklist
from mailweir.services.bundling import Bundling
from mailweir.services.deliveries import Deliveries
from mailweir.services.domains import Domains
from mailweir.services.exporting import Exporting
from mailweir.services.federation import Federation
from mailweir.services.guests import Guests
from mailweir.services.history import History, Telling
from mailweir.services.marking import Marking
from mailweir.services.metering import Metering
from mailweir.services.people import People
from mailweir.services.profile import Profile
from mailweir.services.public_bans import PublicBans
from mailweir.services.reading import Reading
from mailweir.services.resets import Resets
from mailweir.services.runs import Runs
from mailweir.services.sessions import Sessions
from mailweir.services.sharing import Sharing
from mailweir.services.showing import Showing
from mailweir.services.statistics import Statistics
from mailweir.services.streams import Streams
from mailweir.services.unified import Unified
from mailweir.services.waiting import Waiting

__all__ = ["Drop", "Uses", "WebFacts", "build"]


@dataclass(frozen=True, slots=True)
class Uses:
    """What this door offers of the system, each on ports of the caller's."""

    reading: Reading
    addresses: Addresses
    domains: Domains
    metering: Metering
    sessions: Sessions
    people: People
    profile: Profile
    resets: Resets
    links: Links
    guests: Guests
    runs: Runs
    history: History
    telling: Telling
    blocklist: Blocklist
    explanations: Explanations
    federation: Federation | None = None


def build(uses: Uses, drop: Drop, facts: WebFacts, *, slow: float = SLOW) -> ASGIApp:
    """The application, ready to be served; `facts` and `Live` say what the parts mean."""
    reading = uses.reading
    streams = Streams(reading)
    frames = Frames(streams)
    addresses, domains = uses.addresses, uses.domains
    deliveries = Deliveries(uses.explanations, reading.access)
    door = Door(
        reading,
        addresses,
        domains,
        Unified(reading, addresses.accounts, domains.domains),
        Statistics(reading),
        PublicBans(uses.blocklist),
        uses.metering,
        uses.sessions,
        uses.people,
        uses.profile,
        uses.resets,
        uses.federation,
        Marking(reading),
        Showing(reading),
        Sharing(reading, addresses.accounts, uses.links),
        Exporting(
            addresses.accounts,
            uses.people.users,
            domains.domains,
            reading.mailbox,
            reading.access.directory,
            reading.clock,
        ),
        streams,
        Waiting(streams, deliveries, uses.telling),
        uses.runs,
        Bundling(uses.runs, uses.history, deliveries),
        deliveries,
        frames.of,
        drop,
        facts,
    )
    live = Live(streams, frames.of, facts.public_url, facts.report, uses.guests, slow)
    inner = Waits(Polling(_behind(door), reading, facts), door)
    polling = Metered(inner, reading.access, uses.metering)
    door_in = polling if uses.guests.password is None else Greeting(polling, uses.guests)
    return Guard(
        door_in,
        live,
        message_size_limit=facts.message_size_limit,
        report=facts.report,
        trusted_proxies=facts.trusted_proxies,
    )


def _behind(door: Door) -> ASGIApp:
    """The router, for requests that come in by this door."""
    routing = routes()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"  # noqa: S101  `guard` hands on nothing else
        bring(scope, door)
        await routing(scope, receive, send)

    return serve


@lru_cache(maxsize=1)
def routes() -> Framework:
    """All routes. It knows no door, and takes a twentieth of a second to make: one for a process will do."""
    handlers = [
        *API,
        *pages.HANDLERS,
        *message_pages.HANDLERS,
        *shared_pages.HANDLERS,
        *signin_pages.HANDLERS,
        *account_pages.HANDLERS,
        *profile_pages.HANDLERS,
        *reset_pages.HANDLERS,
        *federation_pages.HANDLERS,
        *health.HANDLERS,
        *reference.HANDLERS,
        *static.HANDLERS,
        *notices.HANDLERS,
    ]
    return Framework(
        route_handlers=[options.handler(handlers), *handlers],
        exception_handlers={Exception: answer},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,  # `guard` bounds every body
    )


def answer(request: WebRequest, error: Exception) -> Response[ErrorBody] | Response[bytes]:
    """What an exception looks like to the client: JSON for programs, a small page for people."""
    facts = door_of(request).facts
    found = problem(error)
    if found.unexpected:
        facts.report(error, f"{request.method} {_route(request)}")
    body = error_body(found, status_url=facts.status_url, community_url=facts.community_url)
    if rendering.are_wanted(request):
        return rendering.render(
            "error.html", {"problem": body, "facts": facts}, status=found.status, headers=found.headers
        )
    return Response(
        body, status_code=found.status, headers=dict(found.headers), media_type="application/json"
    )


def _route(request: WebRequest) -> str:
    """The route as it is written in the code: what a client wrote is no text for a log's key."""
    scope = cast("Mapping[str, object]", request.scope)
    return str(scope.get("path_template", "before routing"))
