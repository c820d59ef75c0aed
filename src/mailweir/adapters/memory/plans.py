"""Plans, and what was used of them, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence

from mailweir.adapters.memory.registry import Registry
from mailweir.model.account import AccountName
from mailweir.model.plan import BUILT_IN, Plan, PlanName
from mailweir.policy.quota import Month
from mailweir.ports.errors import ConflictError


class MemoryPlans:
    """The plans in a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._used: Counter[tuple[Month, AccountName]] = Counter()

    async def put(self, plan: Plan) -> None:
        """The plan of that name is this one from now on."""
        self._registry.plans[plan.name] = plan

    async def plans(self) -> Sequence[Plan]:
        """All of them by name."""
        every = BUILT_IN | self._registry.plans
        return [every[name] for name in sorted(every)]

    async def remove(self, name: PlanName) -> bool:
        """Ends a plan."""
        used = sum(1 for account in self._registry.accounts.values() if account.plan == name)
        if used and name not in BUILT_IN:
            raise ConflictError(f"the plan {name} is in use, by {used}")
        return self._registry.plans.pop(name, None) is not None

    async def add(self, month: Month, operations: Mapping[AccountName, int]) -> Mapping[AccountName, int]:
        """Counts these."""
        for account, count in operations.items():
            self._used[month, account] += count
        return {account: self._used[month, account] for account in operations}

    async def totals(self, month: Month) -> Mapping[AccountName, int]:
        """What each account has in that month."""
        return {account: used for (when, account), used in self._used.items() if when == month}

    async def close(self) -> None:
        """Nothing runs between two calls."""
