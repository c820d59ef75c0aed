"""How many operations are left to an account in a month."""

from datetime import UTC, datetime
from typing import NewType

from msgspec import Struct

Month = NewType("Month", int)
"""A calendar month in UTC, such as 202611."""

_YEAR = 100  # months are counted in hundreds
_DECEMBER = 12


class Quota(Struct, frozen=True):
    """`used` of `allowed` operations; it begins anew at `resets`, in milliseconds since the epoch."""

    allowed: int
    used: int
    resets: int

    @property
    def remaining(self) -> int:
        """How many are left."""
        return max(self.allowed - self.used, 0)


def month_of(moment: int) -> Month:
    """The month of a moment in milliseconds since the epoch."""
    day = datetime.fromtimestamp(moment / 1000, UTC)
    return Month(day.year * _YEAR + day.month)


def end_of(month: Month) -> int:
    """When a month is over, in milliseconds since the epoch."""
    year, number = divmod(month, _YEAR)
    following = (year + 1, 1) if number == _DECEMBER else (year, number + 1)
    return int(datetime(*following, 1, tzinfo=UTC).timestamp() * 1000)
