"""How long a session may take: a deadline for each whole request, a floor under the data rate.

A time-out per read does not stop a peer that sends one octet in time for each (outage B): a
deadline does. All times in seconds of the loop's clock.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The patience that a listener has with its sessions."""

    command: float = 300.0
    """For one whole command of a peer that has got mail through (RFC 5321 §4.5.3.2.7)."""
    unproven: float = 60.0
    """The same for a peer that has not."""
    content: float = 60.0
    """For a message to begin with; each octet of it buys 1/`floor` more."""
    floor: float = 500.0
    """Octets per second, as Postfix has it (`smtpd_min_data_rate`)."""
    session: float = 1800.0
    """For everything; looked at between messages."""
    delivery: float = 30.0
    """For our own store, before the client is told to try again."""
    hesitation: float = 1.0
    """Before the answer to a message while the store is past its first watermark."""
