"""What is decided about a peer's wish: a value, worded by each door for its own protocol."""

from enum import Enum


class Verdict(Enum):
    """ACCEPT, or why not."""

    ACCEPT = "accept"
    NOT_OURS = "not ours"  # mail for a host that this service does not receive for
    STORE_FULL = "store full"
    STORE_AWAY = "store away"
