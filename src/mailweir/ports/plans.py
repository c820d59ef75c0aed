"""Which plans there are."""

from collections.abc import Sequence
from typing import Protocol

from mailweir.model.plan import Plan, PlanName


class Plans(Protocol):
    """Every method raises UnavailableError when the store is away."""

    async def put(self, plan: Plan) -> None:
        """The plan of that name is this one from now on."""
        ...

    async def plans(self) -> Sequence[Plan]:
        """All of them by name, the built-in ones included."""
        ...

    async def remove(self, name: PlanName) -> bool:
        """Ends a plan; a built-in one has its own limits again. False when nobody had put it there.

        Raises ConflictError when accounts are on it and there is no built-in one of that name.
        """
        ...
