"""A bounded queue in which whoever puts in much waits for himself."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Items in line by owner; owners take turns, each with his oldest item. At most `size` items in all."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lines: OrderedDict[str, deque[T]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, owner: str, item: T) -> bool:
        """Takes the item in; False when there is no room for it."""
        if self._count >= self._size:
            return False
        self._lines.setdefault(owner, deque()).append(item)
        self._count += 1
        return True

    def take(self) -> T | None:
        """The next owner's oldest item; None when there is none."""
        if not self._lines:
            return None
        owner, line = self._lines.popitem(last=False)
        item = line.popleft()
        self._count -= 1
        if line:
            self._lines[owner] = line
        return item
