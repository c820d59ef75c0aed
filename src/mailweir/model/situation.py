"""What one process that takes mail in sees just now: for whoever fights a flood, and for the log."""

from msgspec import Struct


class Frequent(Struct, frozen=True):
    """One thing that much mail of late has in common.

    `messages` and `share` of all mail of late, where half of what came counts after 15 seconds; `hosts` and
    `senders` are about how many different ones there were. `held_back`: such mail is put off already.
    """

    facet: str
    key: str
    messages: int
    share: float
    hosts: int
    senders: int
    held_back: bool


class Putting(Struct, frozen=True):
    """How many deliveries were slowed, put off or refused by one rule, since the process began.

    `acted` is False for what a dry run would have done.
    """

    rule: str
    action: str
    acted: bool
    deliveries: int


class Situation(Struct, frozen=True):
    """`at` in milliseconds since the epoch; `rate`: messages a second, over about 20 seconds."""

    role: str
    pid: int
    at: int
    rate: float
    sessions: int
    bans: int
    throttle: str
    putting: tuple[Putting, ...]
    frequent: tuple[Frequent, ...]
