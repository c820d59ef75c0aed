"""How long a session may take: a deadline for each whole request, a floor under the data rate.

A time-out per read does not stop a peer that sends one octet in time for each (outage B): a
deadline does. All times in seconds of the loop's clock.

A session only counts what happens; the listener's sweep looks at the clock. So a request ends up to two
sweeps late, and no message pays for a clock.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The patience that a listener has with its sessions."""

    command: float = 300.0
    """For one whole command of a peer that has got mail through (RFC 5321 §4.5.3.2.7)."""
    unproven: float = 60.0
    """The same for a peer that has not."""
    content: float = 25.0
    """For a message to begin with; each octet of it buys 1/`floor` more. With two sweeps less than 30 s."""
    saved: float = 60.0
    """The most that octets can have bought in advance: who has sent much may pause as long, and no longer."""
    floor: float = 500.0
    """Octets per second, as Postfix has it (`smtpd_min_data_rate`)."""
    session: float = 1800.0
    """For everything; looked at between commands, so that no message is cut for it."""
    delivery: float = 30.0
    """For our own store, before the client is told to try again."""
    hesitation: float = 1.0
    """Before the answer to a message while the store is past its first watermark."""
    handshake: float = 10.0
    """For TLS to come up: four round trips, and a second of a busy processor."""
    farewell: float = 5.0
    """For the last word to leave."""
    pressed: float = 10.0
    """In place of each of the first four, where they are longer, while places or memory are short; as Postfix
    has it under stress (`smtpd_timeout`)."""

    def hurried(self) -> "Deadlines":
        """Those that hold under pressure."""
        most = self.pressed
        return replace(
            self,
            command=min(self.command, most),
            unproven=min(self.unproven, most),
            content=min(self.content, most),
            saved=min(self.saved, most),
        )


class Request:
    """What one session waits for just now, as often as it changes, and since when that is so.

    `octets` arrived for it. `old` says that the session has lasted as long as one may.
    """

    __slots__ = ("_credit", "_looked", "_number", "_seen", "_since", "_started", "number", "octets", "old")

    def __init__(self, now: float) -> None:
        self.number = 0
        self.octets = 0
        self.old = False
        self._number = -1
        self._started = self._since = self._looked = now
        self._seen = 0
        self._credit = 0.0

    def next(self) -> None:
        """The last request has ended."""
        self.number += 1
        self.octets = 0

    def overdue(self, now: float, allowed: float, deadlines: Deadlines, *, content: bool) -> bool:
        """Whether the request has taken more than `allowed` or, for `content`, than its octets bought."""
        self.old = now - self._started > deadlines.session
        elapsed, self._looked = now - self._looked, now
        if self.number != self._number:
            self._number = self.number
            self._since = now
            self._seen = 0
            self._credit = deadlines.content
            return False
        if not content:
            return now - self._since > allowed
        bought = (self.octets - self._seen) / deadlines.floor
        self._seen = self.octets
        self._credit = min(self._credit + bought, deadlines.saved) - elapsed
        return self._credit < 0 or now - self._since > deadlines.session
