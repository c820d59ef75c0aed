"""Which roles there are, where their code lies, and which of them `serve` starts with which doors."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailweir.config.settings import Settings

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "receiver": "mailweir.roles.receiver:run",
        "access": "mailweir.roles.access:run",
        "web": "mailweir.roles.web:run",
        "digest": "mailweir.roles.digest:run",
    }
)
"""Each role's `module:function`, imported by the process that becomes it and by no other."""


@dataclass(frozen=True, slots=True)
class Code:
    """Where the code of each role lies, and that of all roles in one process."""

    roles: Mapping[str, str]
    single: str


CODE = Code(ROLES, "mailweir.roles.single:run")

DOORS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"receiver": ("smtp",), "access": ("submission",), "web": ("http",), "digest": ()}
)
"""The doors that each role serves. A door that no role serves is not bound."""

NICE: Mapping[str, int] = MappingProxyType({"digest": 19})
"""Roles that take only the time that nobody else wants."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """So many processes of one role, whose code is at `target`; they share the sockets of these doors."""

    role: str
    target: str
    count: int
    doors: tuple[str, ...]


def crew(settings: Settings, roles: Mapping[str, str] = ROLES) -> tuple[ChildSpec, ...]:
    """The processes that the supervisor keeps, in the order in which they are started."""
    counts = {"receiver": settings.receivers, "web": settings.webs}
    return tuple(ChildSpec(role, roles[role], counts.get(role, 1), DOORS_OF[role]) for role in ROLES)
