"""What travels on the bus. Losing any of it costs a moment, never a message."""

from dataclasses import dataclass

from mailweir.model.address import Inbox


@dataclass(frozen=True, slots=True)
class Nudge:
    """These inboxes have changed: *look*, it never says what there is to see."""

    inboxes: tuple[Inbox, ...]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A process says how it is, about once a second. `trouble` is a sentence; empty when it is well."""

    role: str
    pid: int
    trouble: str = ""


Signal = Nudge | Heartbeat
