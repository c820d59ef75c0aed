"""A book of bans in this process's memory: several handles on one book stand for several processes."""

from collections.abc import Sequence

from mailweir.model.ban import Edit, Holder, Position
from mailweir.ports.banbook import Reading


class MemoryBook:
    """What is written, and who goes by it."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.holders: dict[object, Holder] = {}


class MemoryBanBook:
    """One process's hold on it."""

    def __init__(self, book: MemoryBook, *, role: str | None = None, pid: int = 0) -> None:
        self._book = book
        self._read = 0
        self._role = role
        self._pid = pid
        self.confirm(Position())

    def changed(self) -> bool:
        """Whether there is more to read."""
        return self._read < len(self._book.edits)

    def read(self) -> Reading:
        """What was added."""
        edits = self._book.edits[self._read :]
        self._read = len(self._book.edits)
        return Reading(edits, Position(1, self._read))

    def append(self, edits: Sequence[Edit]) -> Position:
        """Keeps these."""
        self._book.edits += edits
        return Position(1, len(self._book.edits))

    def confirm(self, position: Position) -> None:
        """This one goes by what it has read up to there."""
        if self._role is not None:
            self._book.holders[self] = Holder(self._role, self._pid, position)

    def holders(self) -> Sequence[Holder]:
        """Who goes by it."""
        return sorted(self._book.holders.values(), key=lambda one: (one.role, one.pid))

    def close(self) -> None:
        """A second call does nothing."""
        self._book.holders.pop(self, None)
        self._role = None
