"""Plans, and what was used of them, on SQLite, in the file of the accounts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mailweir.adapters.sqlite.account_queries import next_number
from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.driver import Connection
from mailweir.adapters.sqlite.threads import Changes
from mailweir.model.account import AccountName
from mailweir.model.plan import BUILT_IN, Plan, PlanName
from mailweir.policy.quota import Month
from mailweir.ports.clock import Clock
from mailweir.ports.errors import ConflictError

_KEPT_MONTHS = 13
_ADD = """
    INSERT INTO usage VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET operations = operations + excluded.operations RETURNING account, operations
"""
_FORGET = (
    "DELETE FROM usage WHERE month NOT IN (SELECT DISTINCT month FROM usage ORDER BY month DESC LIMIT ?)"
)


class SqlitePlans:
    """The plans in `accounts.db` of a directory that `prepare` has been run on."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """`patience`: seconds to wait for other writers."""
        self._changes = Changes(directory, clock, File.ACCOUNTS, patience=patience)

    async def put(self, plan: Plan) -> None:
        """The plan of that name is this one from now on."""
        await self._changes.run(lambda c: _put(c, plan))

    async def plans(self) -> Sequence[Plan]:
        """All of them by name."""
        put, _ = await self._changes.run(plans_put)
        every = BUILT_IN | {plan.name: plan for plan in put}
        return [every[name] for name in sorted(every)]

    async def remove(self, name: PlanName) -> bool:
        """Ends a plan."""
        removed, _ = await self._changes.run(lambda c: _remove(c, name))
        return removed

    async def add(self, month: Month, operations: Mapping[AccountName, int]) -> Mapping[AccountName, int]:
        """Counts these."""
        totals, _ = await self._changes.run(lambda c: _add(c, month, operations))
        return totals

    async def totals(self, month: Month) -> Mapping[AccountName, int]:
        """What each account has in that month."""
        totals, _ = await self._changes.run(lambda c: _totals(c, month))
        return totals

    @property
    def broken(self) -> bool:
        """Whether a write was not synced, so that a fresh process has to go on."""
        return self._changes.broken

    async def close(self) -> None:
        """Waits for what is running; a second call does nothing."""
        await self._changes.close()


def plans_put(connection: Connection) -> list[Plan]:
    """Those that the operator has made or changed."""
    rows = connection.execute("SELECT name, operations, addresses, domains, messages FROM plan")
    return [Plan(PlanName(name), *limits) for name, *limits in rows]


def _put(connection: Connection, plan: Plan) -> None:
    limits = (plan.operations, plan.addresses, plan.domains, plan.messages)
    row = (plan.name, *limits, next_number(connection))
    connection.execute("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?, ?, ?)", row)


def _remove(connection: Connection, name: PlanName) -> bool:
    used = connection.execute("SELECT count(*) FROM account WHERE plan = ?", (name,)).get
    if used and name not in BUILT_IN:
        raise ConflictError(f"the plan {name} is in use, by {used}")
    gone = connection.execute("DELETE FROM plan WHERE name = ? RETURNING name", (name,)).fetchall()
    if gone:
        next_number(connection)
    return bool(gone)


def _add(
    connection: Connection, month: Month, operations: Mapping[AccountName, int]
) -> dict[AccountName, int]:
    totals: dict[AccountName, int] = {}
    for account, count in operations.items():
        for name, total in connection.execute(_ADD, (month, account, count)).fetchall():
            totals[AccountName(name)] = total
    connection.execute(_FORGET, (_KEPT_MONTHS,))
    return totals


def _totals(connection: Connection, month: Month) -> dict[AccountName, int]:
    rows = connection.execute("SELECT account, operations FROM usage WHERE month = ?", (month,))
    return {AccountName(account): operations for account, operations in rows}
