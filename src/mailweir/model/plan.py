"""Plans: named sets of limits that accounts have."""

import re
from typing import Final, NewType

from msgspec import Struct

PlanName = NewType("PlanName", str)

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")

MOST_ADDRESSES: Final = 10_000
"""Addresses that an account may have on any plan."""

MOST_DOMAINS: Final = 100
"""The same of domains."""


class Plan(Struct, frozen=True):
    """What an account may have, and how many operations it may ask for in a month (UTC), 0 for any number.

    Of its private mail the newest `messages` are kept, 0 for all, and as many of those that it has saved.

    One call of the API is one operation, unless nothing is new (304) or it fails through our own fault.
    """

    name: PlanName
    operations: int = 0
    addresses: int = MOST_ADDRESSES
    domains: int = MOST_DOMAINS
    messages: int = 0


UNLIMITED: Final = Plan(PlanName("unlimited"))
"""What an account has when nothing is said."""

BUILT_IN: Final = {
    plan.name: plan
    for plan in (
        Plan(PlanName("free"), operations=1_500, addresses=5, domains=1, messages=500),
        Plan(PlanName("team"), operations=50_000, addresses=250, domains=10, messages=50_000),
        UNLIMITED,
    )
}
"""Those that are there without the operator's doing; he may give them other limits."""


def plan_name(text: str) -> PlanName | None:
    """The name that a person wrote; None for what may not be one."""
    name = text.strip().lower()
    return PlanName(name) if _NAME.fullmatch(name) else None
