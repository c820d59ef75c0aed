"""`mailweir plan`, also beside a running server."""

from typing import Annotated

from cyclopts import App, Parameter, validators

from mailweir.cli.accounts import administer, plan_of
from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import OK, print_json, print_lines
from mailweir.model.plan import MOST_ADDRESSES, MOST_DOMAINS, Plan
from mailweir.roles.errors import StartError

_Name = Annotated[str, Parameter(help="The name of the plan.")]
_Operations = Annotated[
    int,
    Parameter(
        help="Calls of the API in a month; 0 for as many as they like.",
        validator=validators.Number(gte=0, lte=10**12),
    ),
]
_Addresses = Annotated[
    int, Parameter(help="Addresses of their own.", validator=validators.Number(gte=0, lte=MOST_ADDRESSES))
]
_Domains = Annotated[
    int, Parameter(help="Domains of their own.", validator=validators.Number(gte=0, lte=MOST_DOMAINS))
]
_Messages = Annotated[
    int,
    Parameter(
        help="Private messages that are kept, the newest; 0 for all.",
        validator=validators.Number(gte=0, lte=10**9),
    ),
]

plan = App(name="plan", help="Plans: named sets of limits that accounts have.")


@plan.command(name="add")
def plan_add(  # noqa: PLR0913  each is a flag
    name: _Name,
    *,
    operations: _Operations = 0,
    addresses: _Addresses = MOST_ADDRESSES,
    domains: _Domains = MOST_DOMAINS,
    messages: _Messages = 0,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Make a plan, or give one other limits; they hold at once for all accounts that are on it."""
    made = Plan(plan_of(name), operations, addresses, domains, messages)
    administer(config, data, lambda office: office.add_plan(made))
    return print_json(_shown(made)) if json else OK


@plan.command(name="list")
def plan_list(*, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print all plans and their limits."""
    found = administer(config, data, lambda office: office.list_plans())
    return (
        print_json([_shown(one) for one in found]) if json else print_lines([_line(one) for one in found], "")
    )


@plan.command(name="remove")
def plan_remove(name: _Name, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Remove a plan that no account is on; a built-in one has its own limits again."""
    called = plan_of(name)
    if not administer(config, data, lambda office: office.remove_plan(called)):
        raise StartError(f"There is no plan {called} to remove.")
    return print_json({"plan": called, "removed": True}) if json else OK


def _shown(one: Plan) -> dict[str, object]:
    return {
        "plan": one.name,
        "operations": one.operations,
        "addresses": one.addresses,
        "domains": one.domains,
        "messages": one.messages,
    }


def _line(one: Plan) -> str:
    operations = f"operations a month {one.operations or 'any':>8}"
    messages = f"messages {one.messages or 'all':>8}"
    return f"{one.name:<16} {operations}  addresses {one.addresses:>6}  domains {one.domains:>4}  {messages}"
