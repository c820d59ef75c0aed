"""How many operations accounts have asked for."""

from collections.abc import Mapping
from typing import Protocol

from mailweir.model.account import AccountName
from mailweir.policy.quota import Month


class Usage(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def add(self, month: Month, operations: Mapping[AccountName, int]) -> Mapping[AccountName, int]:
        """Counts these, and gives what each of these accounts has in that month then, of all processes."""
        ...

    async def totals(self, month: Month) -> Mapping[AccountName, int]:
        """What each account has in that month; those that have nothing are missing."""
        ...
