"""The settings that bound what others may do: how much, how often, how many at once."""

from dataclasses import dataclass
from typing import Annotated, Literal

from mailweir.config import kinds
from mailweir.config.setting import Setting

_LARGEST_MESSAGE = 512 << 20  # half of what one SQLite value may hold, so that copies of it fit too


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """The part of `Settings` that has to do with limits."""

    throttle: Annotated[
        Literal["on", "dry-run", "off"],
        Setting(
            kinds.choice("on", "dry-run", "off"),
            "on",
            "Whether throttles, caps and tiers hold; `dry-run` only counts, `off` lifts them.",
        ),
    ]
    connection_caps: Annotated[
        tuple[int, int, int],
        Setting(
            kinds.limits(3, 100_000),
            "0,0,0",
            "How many SMTP connections are open at once from one address, one /24 or /64, one /16 or /48.",
            internet="30,90,270",
        ),
    ]
    connection_rates: Annotated[
        tuple[int, int, int],
        Setting(
            kinds.limits(3, 1_000_000),
            "0,0,0",
            "How many new SMTP connections the same may make in a minute.",
            internet="300,900,2700",
        ),
    ]
    http_connection_caps: Annotated[
        tuple[int, int, int],
        Setting(
            kinds.limits(3, 100_000),
            "0,0,0",
            "How many HTTP connections the same may have open, each that waits or follows counted.",
            internet="300,900,2700",
        ),
    ]
    greeting_delay: Annotated[
        int,
        Setting(
            kinds.number(0, 30_000),
            "0",
            "Milliseconds before the SMTP greeting; who speaks meanwhile is refused in profile `internet`.",
        ),
    ]
    public_inbox_limit: Annotated[
        int,
        Setting(
            kinds.limit(1_000_000),
            "500",
            "How many messages a public inbox keeps; the oldest go first.",
            internet="6",
        ),
    ]
    public_inbox_days: Annotated[
        int,
        Setting(kinds.limit(36_500), "30", "For how many days a public inbox keeps a message.", internet="4"),
    ]
    blocklist_limit: Annotated[
        int,
        Setting(
            kinds.number(2, 1_000_000),
            "200000",
            "How many entries the blocklist has at most; what rules ban by themselves gets half of them.",
        ),
    ]
    message_size_limit: Annotated[
        int, Setting(kinds.size(_LARGEST_MESSAGE), "25MiB", "The largest message that is taken.")
    ]
