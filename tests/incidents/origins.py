"""Where everybody comes from in a flood: addresses of loopback, one block for each kind of sender.

Profile `internet` treats loopback as any other network, so that 127.0.0.0/8 is an Internet of 65,536
networks of the size of a /24. Blocks do not overlap: a ban of an attacker never hits anybody else by mistake
of the harness.
"""

from typing import Final, NamedTuple

_HOSTS: Final = 254  # of a /24
_WIDTH: Final = 256  # networks of a /24 in one of the size of a /16


class Block(NamedTuple):
    """`networks` of the size of a /24 from 127.`first`.0.0 on, of which as many /16 are used as possible."""

    first: int
    sixteens: int
    networks: int

    def address(self, network: int, host: int = 0) -> str:
        """One address of that network; numbers past the last begin again with the first."""
        number = network % self.networks
        second = self.first + number % self.sixteens
        third = number // self.sixteens % _WIDTH
        return f"127.{second}.{third}.{host % _HOSTS + 1}"


ONE_NETWORK: Final = Block(8, 1, 1)
"""An attacker who has rented 64 addresses side by side."""
SIXTY_FOUR: Final = Block(16, 16, 64)
"""One who has rented them all over the place."""
ANYWHERE: Final = Block(32, 64, 64 * _WIDTH)
"""One who comes from anywhere, so that no cap of a network explains what stops him: 9,000 sockets are 141 for
each /16."""
FOUR: Final = Block(9, 4, 4)
"""Four addresses, each in a /16 of its own."""
CROWD: Final = Block(13, 1, 1)
"""One address that opens thousands of connections."""
REAL: Final = Block(128, 32, 32 * _WIDTH)
"""Peers of real mail."""
NEIGHBOURS: Final = Block(160, 16, 16 * _WIDTH)
"""Honest senders under the domain of an attack."""
GOOD: Final = Block(176, 32, 32 * _WIDTH)
"""Good clients of all doors."""
LISTED: Final = Block(224, 24, 24 * _WIDTH)
"""Networks that an operator's list names."""
UNLISTED: Final = Block(248, 7, 7 * _WIDTH)
"""Their like that it does not name."""
