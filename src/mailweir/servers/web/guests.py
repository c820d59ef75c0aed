"""The guest password, as browsers ask for it by themselves: HTTP Basic authentication (RFC 7617).

Any user name will do. What a request brought is noted on it once, in front of everything that reads mail.
"""

import base64
from typing import Final

from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send, WebSocketScope

from mailweir.policy.visibility import Guest
from mailweir.services.guests import Guests

_GUEST: Final = "mailweir.guest"
_SCHEME: Final = b"basic"
_LONGEST: Final = 1024  # octets: more is no password of ours


class Greeting:
    """In front of `app`: notes on every request whether it comes from a guest."""

    def __init__(self, app: ASGIApp, guests: Guests) -> None:
        self._app = app
        self._guests = guests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        assert scope["type"] == "http"  # noqa: S101  `guard` hands on nothing else
        greet(scope, self._guests)
        await self._app(scope, receive, send)


def greet(scope: HTTPScope | WebSocketScope, guests: Guests) -> None:
    """Notes on a request or a handshake who its sender is among people without an account."""
    client = scope["client"]
    scope["state"][_GUEST] = guests.look(_password(scope), client[0] if client else "")


def guest_of(scope: HTTPScope | WebSocketScope) -> Guest:
    """What was noted."""
    guest = scope["state"].get(_GUEST)
    return guest if isinstance(guest, Guest) else Guest.NO


def _password(scope: HTTPScope | WebSocketScope) -> str | None:
    """What a request brings as a password; None for nothing, and for what is none."""
    given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    scheme, _, credentials = given.strip().partition(b" ")
    if scheme.lower() != _SCHEME or len(credentials) > _LONGEST:
        return None
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    del name
    return password if colon else None
