"""The throttles of the public door as this configuration wants them."""

from collections.abc import Callable
from hashlib import blake2b

from mailweir.adapters.suffixes import PublicSuffixes
from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.model.explanation import Explanation
from mailweir.policy.networks import is_near
from mailweir.ports.directory import Directory
from mailweir.services.blocklist import Blocklist
from mailweir.services.throttling import Throttling


def throttling(
    settings: Settings, directory: Directory, blocklist: Blocklist, explain: Callable[[Explanation], None]
) -> Throttling:
    """For one process; what it counts ends with it."""
    assert settings.secret is not None  # noqa: S101  `serve` sees to it
    return Throttling(
        suffixes=PublicSuffixes(),
        directory=directory,
        clock=SystemClock(),
        blocklist=blocklist,
        secret=blake2b(settings.secret.encode(), person=b"throttling").digest(),
        explain=explain,
        throttle=settings.throttle,
    )


def exempt(settings: Settings) -> Callable[[str], bool] | None:
    """Who is not throttled: on one's own machine this machine itself, and its containers."""
    return is_near if settings.profile == "local" else None
