"""Who may see and delete what: the one choke point.

An inbox is public, or one account has it for itself; then nobody else sees what is in it, whenever it
came. A key that nobody has opens nothing, not even what is open without one.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from mailweir.model.account import AccountName


class Refusal(Enum):
    """Why a reader is turned away. Doors word it for their protocol."""

    UNKNOWN_KEY = "unknown key"
    KEY_NEEDED = "a key is needed"
    FORBIDDEN = "not allowed"
    NOT_YOURS = "somebody else's mail"
    TAKEN = "somebody else's address"
    NOT_YOURS_TO_SORT = "nobody's mail"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, as a door knows him: the key that the client gave, and whether it is at this machine."""

    key: str | None = None
    on_loopback: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, once the key was looked up; `account` is None for people without one."""

    account: AccountName | None = None
    on_loopback: bool = False


@dataclass(frozen=True, slots=True)
class AnonymousRules:
    """What the operator allows to people without an account."""

    reads: Literal["all", "latest", "none"] = "all"
    deletes: Literal["one", "all", "none"] = "one"
    key_required: bool = False
    local: bool = False  # profile `local`: *All mail* is open to this machine


def sees(caller: Caller, owner: AccountName | None, saved_by: AccountName | None = None) -> bool:
    """Whether a message in an inbox of that owner (None: a public one) is shown.

    Whoever has saved it, and nobody else, sees it wherever it is: also its inbox's later owner does not.
    """
    if saved_by is not None:
        return saved_by == caller.account
    return owner in {None, caller.account}


def sees_marks(caller: Caller, owner: AccountName | None, saved_by: AccountName | None) -> bool:
    """Whether what was noted of a message is the caller's; what an earlier owner noted is nobody's."""
    return caller.account is not None and caller.account in {owner, saved_by}


def may_read(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may look into an inbox of that owner."""
    if caller.account is not None:
        return None if sees(caller, owner) else Refusal.NOT_YOURS
    if owner is not None or rules.key_required or rules.reads == "none":
        return Refusal.KEY_NEEDED
    return None


def only_latest(rules: AnonymousRules, caller: Caller) -> bool:
    """Whether the caller is shown no more of an inbox than its newest message."""
    return caller.account is None and rules.reads == "latest"


def may_list_all(rules: AnonymousRules, caller: Caller) -> Refusal | None:
    """None when the caller may list all public mail of the system, and his own."""
    if caller.account is not None or (rules.local and caller.on_loopback and not rules.key_required):
        return None
    return Refusal.KEY_NEEDED


def may_delete(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may delete a message that he sees."""
    if (refusal := may_read(rules, caller, owner)) is not None:
        return refusal
    return Refusal.FORBIDDEN if caller.account is None and rules.deletes == "none" else None


def may_clear(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may delete all messages of an inbox at once: his own, or what is open to all."""
    if (refusal := may_read(rules, caller, owner)) is not None:
        return refusal
    own = owner is not None and owner == caller.account
    return None if own or rules.deletes == "all" else Refusal.FORBIDDEN
