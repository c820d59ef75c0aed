"""How much nonsense one conversation may hold before it ends with 421.

A message that is kept makes good for all: clients that pool connections send RSET and NOOP
between messages for hours.
"""

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.reply import Reply

MOST_UNKNOWN = 5
MOST_IDLING = 20  # NOOP, RSET, VRFY, HELP
MOST_ERRORS = 20  # 5yz that the protocol itself gives


class Patience:
    """Counts towards the end. Each method answers with the reply to send in place of the given one."""

    __slots__ = ("_errors", "_idling", "_unknown")

    def __init__(self) -> None:
        self._unknown = self._idling = self._errors = 0

    def restore(self) -> None:
        """A message was kept."""
        self._unknown = self._idling = self._errors = 0

    def unknown(self) -> Reply:
        """One more unknown command."""
        self._unknown += 1
        return reply.UNKNOWN_COMMAND if self._unknown <= MOST_UNKNOWN else reply.TOO_MANY_UNKNOWN

    def idle(self, usual: Reply) -> Reply:
        """One more command that moves no mail."""
        self._idling += 1
        return usual if self._idling <= MOST_IDLING else reply.TOO_MUCH_IDLING

    def error(self, usual: Reply) -> Reply:
        """One more mistake."""
        self._errors += 1
        return usual if self._errors <= MOST_ERRORS else reply.TOO_MANY_ERRORS
