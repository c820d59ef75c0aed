"""For how long, as people write it."""

import re
from typing import Final

from mailweir.config.errors import SettingsError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_LONGEST: Final = 3650 * 24 * 3600  # seconds


def milliseconds_of(text: str) -> int:
    """How long `90s`, `10m`, `1h`, `7d` or `2w` is. Raises SettingsError."""
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhdw])", text.strip().lower())
    seconds = 0 if match is None else int(match[1]) * _UNITS[match[2]]
    if not 0 < seconds <= _LONGEST:
        raise SettingsError(f"{text!r} is no time such as 90s, 10m, 1h, 7d or 2w, up to ten years.")
    return seconds * 1000
