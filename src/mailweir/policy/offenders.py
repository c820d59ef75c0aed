"""Who was told to come later, and came at once so often that nothing is taken from there for a while."""

from collections import OrderedDict
from typing import Final

REFUSALS: Final = 200
"""Refusals of late after which an address is banned; one that backs off never has so many."""

HALF_LIFE: Final = 15.0
"""Seconds after which half of them are forgotten."""

SHORTEST: Final = 600.0
"""Seconds of a first ban; each further one within a day is four times as long."""

LONGEST: Final = 24 * 3600.0
"""Seconds of the longest."""

_ADDRESSES: Final = 16_384
_BANNED: Final = 16_384


class Offenders:
    """Times in seconds of one stopwatch."""

    def __init__(self) -> None:
        self._refusals: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, as of when
        self._bans: OrderedDict[str, tuple[float, float]] = (
            OrderedDict()
        )  # how long the last was, and until when

    def offended(self, address: str, now: float) -> float:
        """One more refusal; for how many seconds the address is to be banned for it, 0 for not at all."""
        count, at = self._refusals.pop(address, (0.0, now))
        count = count * 0.5 ** ((now - at) / HALF_LIFE) + 1.0
        if count < REFUSALS:
            self._refusals[address] = count, now
            if len(self._refusals) > _ADDRESSES:
                self._refusals.popitem(last=False)
            return 0.0
        return self._ban(address, now)

    def _ban(self, address: str, now: float) -> float:
        last, until = self._bans.pop(address, (0.0, 0.0))
        again = last > 0.0 and now - until < LONGEST
        seconds = min(last * 4, LONGEST) if again else SHORTEST
        self._bans[address] = seconds, now + seconds
        if len(self._bans) > _BANNED:
            self._bans.popitem(last=False)
        return seconds
