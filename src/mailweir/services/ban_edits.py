"""What people ask of the blocklist, and what became of it."""

from collections.abc import Sequence

from msgspec import Struct

from mailweir.model.ban import Ban, Holder, Position, Subject
from mailweir.policy.ban_subjects import Unfit


class Kept(Struct, frozen=True):
    """How much of the book one has to hold to go by the edit; what was kept, what was refused and why."""

    position: Position
    kept: int
    refused: Sequence[tuple[Subject, Unfit]] = ()


class Lifted(Struct, frozen=True):
    """The entries that were taken out."""

    position: Position
    bans: Sequence[Ban]


class Confirmations(Struct, frozen=True):
    """The processes that go by an edit, and those that have not said so."""

    confirmed: Sequence[Holder]
    waiting: Sequence[Holder]
