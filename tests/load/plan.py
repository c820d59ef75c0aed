"""What a load is: how many connections, what they send, how fast, and for how long."""

from dataclasses import dataclass, field
from enum import StrEnum

from load.bodies import Body, plain

_HOSTS = 254  # of a /24

MOST_SOURCES = 256 * _HOSTS


class Way(StrEnum):
    """How a connection is used."""

    ONE = "one"
    """For one mail, from its greeting to QUIT."""
    REUSED = "reused"
    """For one mail after the other, each command after the answer to the last one."""
    PIPELINED = "pipelined"
    """The same, the next envelope in one write with the end of the last mail (RFC 2920 §3.1)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """It ends after `seconds`, of which the first `warm` do not count, or after `messages`.

    `rate`: messages a second in all, each due at its time; 0: as fast as they are answered.
    `sources`: addresses of loopback that the connections come from, by turns.
    """

    body: Body = field(default_factory=lambda: plain(1024))
    way: Way = Way.REUSED
    connections: int = 50
    seconds: float = 5.0
    warm: float = 0.0
    messages: int = 0
    rate: float = 0.0
    tls: bool = False
    sources: int = 1

    def source(self, connection: int) -> str:
        """Where that connection comes from."""
        number, last = divmod(connection % self.sources, _HOSTS)
        return f"127.0.{number % 256}.{last + 1}"
