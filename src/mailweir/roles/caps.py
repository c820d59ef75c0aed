"""How many connections one address may have at each door, as this configuration wants it."""

from mailweir.config.settings import Settings
from mailweir.policy.caps import Caps, Ceilings
from mailweir.roles.seat import Seat


def of_smtp(seat: Seat, door: str) -> Caps | None:
    """For this process's part of that door; None where nothing is capped.

    The processes of a door share what is allowed; one that has all doors has all of it.
    """
    settings = seat.settings
    alone = door != "smtp" or len(seat.sockets) > 1
    ceilings = Ceilings(open=settings.connection_caps, new=settings.connection_rates)
    return _caps(settings, ceilings, 1 if alone else settings.receivers)


def of_web(settings: Settings) -> Caps | None:
    """The same for HTTP, where a connection is kept and what is asked on it is limited elsewhere."""
    return _caps(settings, Ceilings(open=settings.http_connection_caps, new=(0, 0, 0)), settings.webs)


def _caps(settings: Settings, ceilings: Ceilings, share: int) -> Caps | None:
    if settings.throttle == "off":
        return None
    acting = settings.throttle == "on"
    return Caps(ceilings, share=share, acting=acting, loopback=settings.profile != "local")
