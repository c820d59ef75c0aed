"""Who may see and delete what: the one choke point.

Until accounts exist every inbox is public, every reader is anonymous, and every key is unknown.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Refusal(Enum):
    """Why a reader is turned away. Doors word it for their protocol."""

    UNKNOWN_KEY = "unknown key"
    KEY_NEEDED = "a key is needed"
    FORBIDDEN = "not allowed"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: `key` as the client gave it, and whether the connection comes from this machine."""

    key: str | None = None
    on_loopback: bool = False


@dataclass(frozen=True, slots=True)
class AnonymousRules:
    """What the operator allows to people without an account."""

    reads: Literal["all", "latest", "none"] = "all"
    deletes: Literal["one", "all", "none"] = "one"
    key_required: bool = False
    local: bool = False  # profile `local`: *All mail* is open to this machine


def may_read(rules: AnonymousRules, reader: Reader) -> Refusal | None:
    """None when the reader may look into a public inbox."""
    if reader.key is not None:
        return Refusal.UNKNOWN_KEY
    if rules.key_required or rules.reads == "none":
        return Refusal.KEY_NEEDED
    return None


def may_list_all(rules: AnonymousRules, reader: Reader) -> Refusal | None:
    """None when the reader may list all mail of the system."""
    if reader.key is not None:
        return Refusal.UNKNOWN_KEY
    if rules.local and reader.on_loopback and not rules.key_required:
        return None
    return Refusal.KEY_NEEDED


def may_delete(rules: AnonymousRules, reader: Reader) -> Refusal | None:
    """None when the reader may delete a message of a public inbox that he sees."""
    if (refusal := may_read(rules, reader)) is not None:
        return refusal
    return Refusal.FORBIDDEN if rules.deletes == "none" else None


def may_clear(rules: AnonymousRules, reader: Reader) -> Refusal | None:
    """None when the reader may delete all messages of a public inbox at once."""
    if (refusal := may_read(rules, reader)) is not None:
        return refusal
    return None if rules.deletes == "all" else Refusal.FORBIDDEN
