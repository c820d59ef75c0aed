"""How often something may happen: the generic cell rate algorithm, with one number for each key.

    cells = Cells(burst=10, interval=6.0, most=10_000)
    if cells.allows(key, now):
        cells.charge(key, now)

A key may do `burst` things at once, and from then on one every `interval` seconds. What is kept is the moment
from which it could do `burst` things again (the *theoretical arrival time* of ITU-T I.371). Once that has
passed it says no more than nothing does, so that whoever is quiet is forgotten without loss.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

_MICRO: Final = 1_000_000  # whole microseconds: sums of them are exact
_FORGOTTEN: Final = 2  # cells at each charge: after a flood the table shrinks as fast as it grew
_NOW_AND_THEN: Final = 3  # where a charge has to be cheap, one in four, by the last bits of its microsecond


class Cells:
    """Times in seconds of one stopwatch.

    No more than `most` keys are kept. When more of them are in debt at once, the one that was charged longest
    ago is forgiven.
    """

    __slots__ = ("_cells", "_interval", "_most", "_tolerance")

    def __init__(self, *, burst: int, interval: float, most: int) -> None:
        self._interval = round(interval * _MICRO)
        self._tolerance = self._interval * (burst - 1)
        self._most = most
        # Ordered, since a plain dict takes ever longer to find its first key once many have gone (25 µs).
        self._cells: OrderedDict[Hashable, int] = OrderedDict()  # charged longest ago first

    def __len__(self) -> int:
        return len(self._cells)

    def allows(self, key: Hashable, now: float) -> bool:
        """Whether the key may do one more thing now. Asking costs it nothing."""
        paid = self._cells.get(key)
        return paid is None or paid - round(now * _MICRO) <= self._tolerance

    def charge(self, key: Hashable, now: float) -> None:
        """The key has done one more thing. What it was not allowed costs it no more than what it was."""
        moment = round(now * _MICRO)
        paid = max(self._cells.get(key, moment), moment) + self._interval
        self._cells[key] = min(paid, moment + self._tolerance + self._interval)
        self._cells.move_to_end(key)
        self._forget(moment)

    def take(self, key: Hashable, now: float, patience: float = 0.0) -> float:
        """The key does one more thing as soon as it may: in how many seconds that is.

        When it is in more than `patience`, it does nothing, and is charged nothing.
        """
        moment = round(now * _MICRO)
        cells = self._cells
        paid = cells.get(key, moment)
        wait = 0
        if paid <= moment:
            paid = moment
        else:
            wait = paid - moment - self._tolerance
            if wait > patience * _MICRO:
                return wait / _MICRO
        cells[key] = paid + self._interval
        cells.move_to_end(key)
        if len(cells) > self._most or not moment & _NOW_AND_THEN:
            self._forget(moment)
        return wait / _MICRO if wait > 0 else 0.0

    def refund(self, key: Hashable) -> None:
        """One thing that was charged was none. A key that is forgotten by now has nothing to get back."""
        if key in self._cells:
            self._cells[key] -= self._interval

    def _forget(self, moment: int) -> None:
        cells = self._cells
        for _ in range(_FORGOTTEN * (_NOW_AND_THEN + 1)):
            if len(cells) <= self._most and cells[next(iter(cells))] > moment:
                return
            cells.popitem(last=False)
