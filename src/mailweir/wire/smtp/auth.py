"""Credentials of AUTH (RFC 4954): the exchange of base64 lines, never raising."""

import binascii

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.events import Authenticate
from mailweir.wire.smtp.reply import Reply

LONGEST_LINE = 12_288  # RFC 4954 §4: octets of one line of an exchange, CRLF included
_PLAIN_PARTS = 3  # RFC 4616 §2: identity NUL username NUL password


class Exchange:
    """One AUTH command. Each step gives the next challenge, the credentials, or the refusal."""

    __slots__ = ("_mechanism", "_username")

    def __init__(self, mechanism: str) -> None:
        self._mechanism = mechanism
        self._username: str | None = None

    def begin(self, initial: str) -> Reply | Authenticate:
        """The first step; `initial` is the initial response, empty when there is none."""
        if self._mechanism not in {"PLAIN", "LOGIN"}:
            return reply.AUTH_UNKNOWN
        if initial:
            return self.step(initial)
        return reply.AUTH_GO_ON if self._mechanism == "PLAIN" else reply.AUTH_USERNAME

    def step(self, line: str) -> Reply | Authenticate:
        """The client's next line. `*` cancels (RFC 4954 §4)."""
        if line == "*":
            return reply.AUTH_CANCELLED
        text = _decoded(line)
        if text is None:
            return reply.AUTH_MALFORMED
        return self._plain(text) if self._mechanism == "PLAIN" else self._login(text)

    def _plain(self, text: str) -> Reply | Authenticate:
        parts = text.split("\0")
        if len(parts) != _PLAIN_PARTS or not parts[1]:
            return reply.AUTH_MALFORMED
        return Authenticate("PLAIN", *parts)

    def _login(self, text: str) -> Reply | Authenticate:
        if self._username is None:
            if not text:
                return reply.AUTH_MALFORMED
            self._username = text
            return reply.AUTH_PASSWORD
        return Authenticate("LOGIN", "", self._username, text)


def _decoded(line: str) -> str | None:
    """The text of one base64 line; `=` alone is the empty text (RFC 4954 §4)."""
    if line == "=":
        return ""
    try:
        return binascii.a2b_base64(line.encode("ascii"), strict_mode=True).decode("utf-8")
    except (ValueError, UnicodeError):
        return None
