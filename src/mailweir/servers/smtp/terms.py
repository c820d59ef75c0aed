"""On which terms a listener has its peers: how many, how long, how much, and whose word it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailweir.policy.networks import Network
from mailweir.servers.smtp.deadlines import Deadlines
from mailweir.servers.smtp.flight import FEWEST
from mailweir.servers.smtp.upgrades import MOST_HANDSHAKES
from mailweir.servers.smtp.waits import MOST_HELD


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every peer of one listener."""

    deadlines: Deadlines = field(default_factory=Deadlines)
    most_sessions: int = 15_000
    """Connections that this process holds."""
    most_held: int = MOST_HELD
    """Answers that it keeps back at once."""
    most_octets: int = FEWEST
    """Octets that are on their way in at once."""
    most_handshakes: int = MOST_HANDSHAKES
    """TLS handshakes at once."""
    punctual: bool = False
    """Whether who speaks before the greeting, or sends content before 354, is refused."""
    greeting_delay: float = 0.0
    """Seconds before the greeting, in which nobody who means well speaks."""
    trusted_proxies: Sequence[Network] = ()
    """Who has to say, by a PROXY header, for whom it speaks."""
    sweep: float = 1.0
    """Seconds between two looks at the deadlines."""
