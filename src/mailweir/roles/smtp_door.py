"""The SMTP doors as this configuration wants them: rules of the conversation, TLS, places, trust."""

import ipaddress
from dataclasses import replace

from mailweir.config.settings import Settings
from mailweir.observe import logs
from mailweir.policy.overload import PRESSED
from mailweir.roles import caps, certificate
from mailweir.roles.descriptors import places
from mailweir.roles.embedded import Watch
from mailweir.roles.errors import StartError
from mailweir.roles.seat import Seat
from mailweir.roles.throttles import exempt
from mailweir.servers.smtp.door import Door
from mailweir.servers.smtp.flight import most_octets
from mailweir.servers.smtp.listener import Listener
from mailweir.servers.smtp.public import PublicDoor
from mailweir.servers.smtp.submission import SubmissionDoor
from mailweir.servers.smtp.terms import Terms
from mailweir.services.capture import Capture
from mailweir.services.reception import Reception
from mailweir.services.refusing import Explain
from mailweir.services.throttling import Throttling
from mailweir.wire.smtp.server import Rules

DRAIN = 25.0
"""Seconds that sessions under way may take to end; less than the supervisor waits for us."""

_LARGEST = 512 * 1024 * 1024  # octets, where the setting says 0: what one row of the store can hold

_log = logs.get()


def public(seat: Seat, reception: Reception, throttling: Throttling) -> Listener:
    """The public door, as `_listener` makes it. Raises StartError."""
    settings = seat.settings
    local = settings.profile == "local"
    rules = replace(_rules(settings, settings.line_ends_public), auth=local, auth_without_tls=local)
    door = PublicDoor(reception, throttling, rules, any_login=local, exempt=exempt(settings))
    made = _listener(seat, "smtp", door, reception)

    def dismiss() -> None:
        made.dismiss(door.welcome)

    throttling.blocklist.on_change(dismiss)
    return made


def submission(seat: Seat, capture: Capture, explain: Explain) -> Listener:
    """The submission door, in the same way. Raises StartError."""
    settings = seat.settings
    local = settings.profile == "local"
    rules = replace(_rules(settings, settings.line_ends_submission), auth=True, auth_without_tls=local)
    return _listener(seat, "submission", SubmissionDoor(capture, rules, explain), capture.reception)


async def serve(seat: Seat, door: str, listening: Listener, watch: Watch) -> int:
    """Serves one door for as long as it is watched; the exit code."""
    await listening.start(seat.sockets.get(door, ()))
    seat.ready()
    code = await watch.ended(seat.stopping, seat.settings.data)
    await listening.drain(DRAIN)
    return code


def _rules(settings: Settings, line_ends: str) -> Rules:
    return Rules(
        hostname=settings.node_name,
        size_limit=settings.message_size_limit or _LARGEST,
        strict=line_ends == "strict",
        tls=settings.tls_certificate is not None,
    )


def _listener(seat: Seat, name: str, door: Door, reception: Reception) -> Listener:
    """A listener that is not started yet, and that follows SIGHUP."""
    settings = seat.settings
    terms = Terms(
        most_sessions=places(seat),
        most_octets=most_octets(settings.message_size_limit or _LARGEST),
        punctual=settings.profile == "internet",
        greeting_delay=settings.greeting_delay / 1000,
        trusted_proxies=[ipaddress.ip_network(network) for network in settings.trusted_proxies],
    )
    made = Listener(
        door,
        terms,
        tls=certificate.context(settings),
        caps=caps.of_smtp(seat, name),
        pressed=lambda: reception.memory() >= PRESSED,
    )
    seat.on_reload(lambda: _reload(settings, made))
    return made


def _reload(settings: Settings, made: Listener) -> None:
    try:
        context = certificate.context(settings)
    except StartError as error:
        _log.error("certificate not reloaded, the old one stays", why=str(error))
        return
    if context is not None:
        made.replace_tls(context)
        _log.info("certificate reloaded")
