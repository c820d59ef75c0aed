"""What the web door is given by whoever wires the process; nothing in this room is global."""

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from litestar import Request
from litestar.datastructures import State
from litestar.types import HTTPScope

from mailweir.model.message import Summary
from mailweir.policy.networks import Network
from mailweir.services.addresses import Addresses
from mailweir.services.bundling import Bundling
from mailweir.services.deliveries import Deliveries
from mailweir.services.domains import Domains
from mailweir.services.exporting import Exporting
from mailweir.services.federation import Federation
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

Drop = Callable[[str, bytes, str], Awaitable[str | None]]
"""Keeps a message that came by HTTP: address, RFC 822 octets, the client's IP to message id.

None when the address is none. Raises UnavailableError when nothing is promised.
"""

FrameOf = Callable[[Summary], Awaitable[bytes | None]]
"""The frame that followers are sent for a message; None when it is gone. Raises UnavailableError."""

_DOOR: Final = "mailweir.door"

WebRequest = Request[None, None, State]


@dataclass(frozen=True, slots=True)
class WebFacts:
    """What answers and pages say about this server.

    `rules` is one sentence on how long mail is kept. `message_size_limit` in octets, 0 for none.
    `smtp` is the address that the examples send to, as HOST:PORT. `now` gives milliseconds since the
    epoch. `ready` names the reasons why this server is not ready, none when it is. `report` takes an
    unexpected exception and the route where it happened. `disposable` are domains of disposable mail, in
    A-labels. `provider` is the host of the OpenID provider, "" without one. `security_contacts` are URIs of
    those who want to know of a hole. `trusted_proxies`: who may say for whom it speaks.
    """

    version: str
    rules: str
    message_size_limit: int
    public_url: str
    smtp: str
    now: Callable[[], int]
    ready: Callable[[], Sequence[str]]
    report: Callable[[BaseException, str], None]
    disposable: AbstractSet[str] = frozenset()
    status_url: str = ""
    community_url: str = ""
    provider: str = ""
    trusted_proxies: Sequence[Network] = ()
    security_contacts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """The uses of the system that this door offers."""

    reading: Reading
    addresses: Addresses
    domains: Domains
    unified: Unified
    statistics: Statistics
    public_bans: PublicBans
    metering: Metering
    sessions: Sessions
    people: People
    profile: Profile
    resets: Resets
    federation: Federation | None
    marking: Marking
    showing: Showing
    sharing: Sharing
    exporting: Exporting
    streams: Streams
    waiting: Waiting
    runs: Runs
    bundling: Bundling
    deliveries: Deliveries
    frame_of: FrameOf
    drop: Drop
    facts: WebFacts


def bring(scope: HTTPScope, door: Door) -> None:
    """Notes on a request which door it came through."""
    scope["state"][_DOOR] = door


def door_of(request: WebRequest) -> Door:
    """The door that this request came through."""
    door = request.scope["state"][_DOOR]
    assert isinstance(door, Door)  # noqa: S101  `app` puts it there
    return door
