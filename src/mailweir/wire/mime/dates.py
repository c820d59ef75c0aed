"""The Date field (RFC 5322 §3.3, and the older spellings of §4.3)."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Final

from mailweir.wire.mime.words import decode_text

_OCTETS: Final = 128  # a date is some 40; what follows is comment
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_date(octets: bytes) -> int | None:
    """Milliseconds since the epoch (UTC), as written; None for what is no date in the years 1 to 9999."""
    try:
        parsed = parsedate_tz(decode_text(octets[:_OCTETS]))
        if parsed is None:
            return None
        zone = timezone(timedelta(seconds=parsed[9] or 0))  # RFC 5322 §4.3: an unknown zone is UTC
        moment = datetime(*parsed[:6], tzinfo=zone)
    except (ValueError, OverflowError, TypeError, IndexError):  # the standard parser, on hostile input
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1)
