"""What a server did to an attack, message by message, and what that comes to.

A message is *held* when its answer takes longer than `SLOW`. An attacker whose connections are being held
cannot send what is due: that counts as held too, in the share in which they were. What could not be sent
because the server was merely busy counts as not sent, and neither for nor against.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

SLOW: Final = 1.0
"""Seconds to an answer from which on a message was held."""

_IN_A_ROW: Final = 10  # messages refused or held, one after the other: the attack is detected
_SAMPLES: Final = 8  # kinds of replies that are told
_LONGEST: Final = 160  # octets of each


@dataclass(frozen=True, slots=True)
class Reaction:
    """Counts of messages; `seconds` is how long the attack took, `rate` what was sent a second.

    `detected_after` and `detected_within` are the messages and seconds before the first of ten in a row that
    were refused or held; -1 for never. `banned_within`: seconds until each source was turned away at the door
    by a ban; those that never were are not in it. `replies`: the first of each code. `broken` of the refused
    ended without a reply.
    """

    sent: int
    accepted: int
    late: int
    refused: int
    broken: int
    held_back: int
    unsent: int
    seconds: float
    detected_after: int
    detected_within: float
    codes: dict[int, int]
    replies: dict[int, str]
    banned_within: dict[str, float]

    @property
    def rate(self) -> float:
        return self.sent / self.seconds if self.seconds else 0.0

    @property
    def share(self) -> float:
        """Per cent of the attack that was refused or held."""
        stopped = self.late + self.refused + self.held_back
        return 100 * stopped / max(stopped + self.accepted, 1)


@dataclass(slots=True)
class Ledger:
    """What is noted of each message, by its number, while an attack of so many runs."""

    messages: int
    started: "array[float]" = field(init=False)
    fate: bytearray = field(init=False)
    codes: Counter[int] = field(default_factory=Counter[int])
    replies: dict[int, str] = field(default_factory=dict[int, str])
    banned: dict[str, float] = field(default_factory=dict[str, float])

    UNSENT = 0
    ACCEPTED = 1
    LATE = 2
    REFUSED = 3
    BROKEN = 4
    HELD_BACK = 5

    def __post_init__(self) -> None:
        self.started = array("d", bytes(8 * self.messages))
        self.fate = bytearray(self.messages)

    def answered(self, number: int, begun: float, took: float, reply: bytes) -> None:
        """Times in seconds since the attack began. An empty reply: the connection ended without one."""
        code = int(reply[:3]) if reply[:3].isdigit() else 0
        self.started[number] = begun
        self.codes[code] += 1
        if code not in self.replies and len(self.replies) < _SAMPLES:
            self.replies[code] = reply[:_LONGEST].decode(errors="replace").strip()
        if code == 0:
            self.fate[number] = self.BROKEN
        elif code >= 300:
            self.fate[number] = self.REFUSED
        else:
            self.fate[number] = self.LATE if took > SLOW else self.ACCEPTED

    def held(self, number: int, begun: float) -> None:
        """The answer has not come while the attack lasted, and is late already."""
        self.started[number] = begun
        self.fate[number] = self.LATE

    def skipped(self, first: int, count: int, now: float) -> None:
        """These could not be sent when they were due, since connections were being held."""
        for number in range(first, first + count):
            self.fate[number] = self.HELD_BACK
            self.started[number] = now

    def turned_away(self, source: str, at: float) -> None:
        """A connection from there was greeted with a ban."""
        self.banned.setdefault(source, at)

    def reaction(self, seconds: float) -> Reaction:
        count = self.fate.count
        after, within = self._detected()
        return Reaction(
            sent=self.messages - count(self.UNSENT) - count(self.HELD_BACK),
            accepted=count(self.ACCEPTED),
            late=count(self.LATE),
            refused=count(self.REFUSED) + count(self.BROKEN),
            broken=count(self.BROKEN),
            held_back=count(self.HELD_BACK),
            unsent=count(self.UNSENT),
            seconds=seconds,
            detected_after=after,
            detected_within=within,
            codes=dict(self.codes),
            replies=self.replies,
            banned_within=self.banned,
        )

    def _detected(self) -> tuple[int, float]:
        """By number, passing over what was not sent."""
        row: list[int] = []
        sent = 0
        for number, fate in enumerate(self.fate):
            if fate == self.UNSENT:
                continue
            if fate == self.ACCEPTED:
                row.clear()
            elif len(row) == _IN_A_ROW - 1:
                first = row[0]
                return sent - len(row), self.started[first]
            else:
                row.append(number)
            sent += 1
        return -1, -1.0
