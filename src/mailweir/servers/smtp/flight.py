"""How many octets of mail are on their way in, of the most that one process holds."""

from typing import Final

FEWEST: Final = 256 * 1024 * 1024
"""Octets: as much as 128,000 messages of 2 KiB, or ten of the largest that are taken by default."""


def most_octets(message_size_limit: int) -> int:
    """What one process may hold, so that two of the largest messages have room whatever the setting says."""
    return max(FEWEST, 2 * message_size_limit)


class Flight:
    """`now` counts what sessions have read and not yet understood, and messages that the intake keeps.

    Once it is `full` no transaction begins and nobody is read from, so that those who are under way need not
    end; each may bring one read more before it notices.
    """

    __slots__ = ("most", "now")

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = 0

    @property
    def full(self) -> bool:
        """Whether it is as much as there may be."""
        return self.now >= self.most
