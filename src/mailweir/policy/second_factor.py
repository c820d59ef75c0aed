"""One-time codes of time (RFC 6238) as every authenticator app makes them: six digits, half a minute each."""

import hmac
import re
from typing import Final

from pyotp.totp import TOTP

ISSUER: Final = "Mailweir"

_STEP: Final = 30  # seconds
_AROUND: Final = (0, -1, 1)  # steps: RFC 6238 §5.2 allows for one of delay, and clocks go wrong
_CODE = re.compile(r"[0-9]{6}")
_SECRET = re.compile(r"[A-Z2-7]{32}")


def is_codes_secret(text: str) -> bool:
    """Whether that is a secret as we make them."""
    return _SECRET.fullmatch(text) is not None


def step_of(secret: str, code: str, now: int) -> int | None:
    """The time step whose code that is, around `now` (milliseconds since the epoch); None for a wrong one."""
    if _CODE.fullmatch(code) is None:
        return None
    current = now // 1000 // _STEP
    codes = TOTP(secret, interval=_STEP)
    steps = (current + offset for offset in _AROUND)
    return next((step for step in steps if hmac.compare_digest(codes.generate_otp(step), code)), None)


def setup_uri(secret: str, name: str) -> str:
    """What an authenticator app reads from a picture."""
    return TOTP(secret, interval=_STEP).provisioning_uri(name=name, issuer_name=ISSUER)
