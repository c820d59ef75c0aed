"""A node's own copy of the blocklist, which outlives its processes. Nothing here is to be done on a loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailweir.model.ban import Edit, Holder, Position


@dataclass(frozen=True, slots=True)
class Reading:
    """What was added to the book. `anew`: all that there is, and what was read before counts no more.

    `damaged`: places that could not be read and were passed over.
    """

    edits: Sequence[Edit]
    position: Position
    anew: bool = False
    damaged: int = 0


class BanBook(Protocol):
    """Any process of the node writes, and every process reads what the others have written."""

    def changed(self) -> bool:
        """Whether there may be more to read. Costs next to nothing, waits for nothing, never raises."""
        ...

    def read(self) -> Reading:
        """What was added since the last call. Raises UnavailableError."""
        ...

    def append(self, edits: Sequence[Edit]) -> Position:
        """Keeps these, all or none; where the book ends then. They are safe when it returns.

        Raises UnavailableError; after that none of them is in the book that others read.
        """
        ...

    def confirm(self, position: Position) -> None:
        """This process goes by what it has read up to there."""
        ...

    def holders(self) -> Sequence[Holder]:
        """The processes of this node that go by the book, and how far. Raises UnavailableError."""
        ...

    def close(self) -> None:
        """A second call does nothing."""
        ...
