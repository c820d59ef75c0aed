"""On which terms a listener has its peers: how many, how long, how much, and whose word it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailweir.policy.networks import Network
from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.waits import MOST_HELD


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every peer of one listener."""

    deadlines: Deadlines = field(default_factory=Deadlines)
    most_sessions: int = 15_000
    """Connections that this process holds."""
    most_held: int = MOST_HELD
    """Answers that it keeps back at once."""
    trusted_proxies: Sequence[Network] = ()
    """Who has to say, by a PROXY header, for whom it speaks."""
    sweep: float = 1.0
    """Seconds between two looks at the deadlines."""
