"""What came of a load, while it runs and afterwards."""

import time
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from load.journal import PER_INBOX, Entry, Journal
from load.plan import Plan

_UNNAMED = "-"  # the queue id of a server that says none


class Parcel(NamedTuple):
    """A mail to be sent. `due` is a moment of `time.monotonic`, 0 for at once."""

    token: str
    inbox: str
    entry: Entry
    due: float


class Tally:
    """Hands mails out and hears what was answered. `name` makes the inboxes its own."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.journal = Journal(plan.body)
        self.refused: Counter[int] = Counter()
        """By the code of the answer."""
        self.broken = 0
        """Connections that ended without their own doing."""
        self.acknowledged = 0
        self.waits = array("d")
        """Seconds from the end of each mail, or from when it was due, to its acknowledgement."""
        self.seconds = 0.0
        """How long the counted part took; 0 as long as it runs."""
        self._name = name
        self._given = 0
        self._begun = 0.0
        self._first = 0.0  # when the first mail is due
        self._numbers = Counter[int]()  # of mails, by connection

    @property
    def over(self) -> bool:
        return self.seconds > 0

    @property
    def exhausted(self) -> bool:
        """There is no mail to be given out any more."""
        return self.over or 0 < self.plan.messages <= self._given

    @property
    def troubles(self) -> int:
        """Refusals and broken connections."""
        return self.broken + self.refused.total()

    @property
    def rate(self) -> float:
        """Acknowledged mails a second."""
        return self.acknowledged / self.seconds if self.seconds else 0.0

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The waits, in seconds, that so large shares of all do not pass; 0 for each when there is none."""
        ordered = sorted(self.waits) or [0.0]
        return [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in shares]

    # --- for the load ---------------------------------------------------------------------------

    def start(self) -> None:
        """Mails are due from now on."""
        self._first = self._begun = time.monotonic()

    def count_from_now(self) -> None:
        """It is warm; what came before does not count."""
        self.acknowledged = 0
        self.waits = array("d")
        self._begun = time.monotonic()

    def end(self) -> None:
        """No mail is given out any more, and what is answered from now on does not count."""
        if not self.over:
            self.seconds = time.monotonic() - self._begun

    def take(self, connection: int) -> Parcel | None:
        """That connection's next mail; None when there is none any more."""
        if self.exhausted:
            return None
        number = self._numbers[connection]
        self._numbers[connection] = number + 1
        self._given += 1
        token = f"{self._name}c{connection}n{number}"
        inbox = self.inbox(connection, number // PER_INBOX)
        return Parcel(token, inbox, self.journal.begin(token, (inbox,)), self._due(connection, number))

    def inbox(self, connection: int, number: int) -> str:
        """The inboxes of a connection, in the order in which it fills them."""
        return f"{self._name}c{connection}i{number}@load.test"

    def kept(self, entry: Entry, queue_id: str, wait: float) -> None:
        """A mail was acknowledged."""
        entry.queue_id = queue_id or _UNNAMED
        if self.over:
            return
        self.acknowledged += 1
        self.waits.append(wait)
        if self.acknowledged == self.plan.messages:
            self.end()

    def _due(self, connection: int, number: int) -> float:
        plan = self.plan
        return self._first + (number * plan.connections + connection) / plan.rate if plan.rate else 0.0
