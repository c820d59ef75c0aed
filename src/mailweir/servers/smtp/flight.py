"""How many octets of mail are on their way in, of the most that one process holds."""

from typing import Final

FEWEST: Final = 256 * 1024 * 1024
"""Octets: as much as 128,000 messages of 2 KiB, or ten of the largest that are taken by default."""

SMALL: Final = 16 * 1024
"""Octets that a session may always have, as nearly all mail is; 15,000 of them are 240 MiB."""


def most_octets(message_size_limit: int) -> int:
    """What one process may hold, so that two of the largest messages have room whatever the setting says."""
    return max(FEWEST, 2 * message_size_limit)


class Flight:
    """`now` counts what sessions have read and not yet understood, and messages that the intake keeps.

    Once it is `full` no transaction begins, and a message that is not `SMALL` is given up when more of it
    comes. Reading no further would not do: who has gone would hold what he has sent until a deadline.
    """

    __slots__ = ("most", "now")

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = 0

    @property
    def full(self) -> bool:
        """Whether it is as much as there may be."""
        return self.now >= self.most
