"""How long mail is kept: a moment before which it goes, and a number that an inbox keeps."""

from dataclasses import dataclass

_DAY = 86_400_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Retention:
    """`days` and `messages` that an inbox keeps; 0 is no limit."""

    days: int
    messages: int

    def cutoff(self, now: int) -> int:
        """Mail received before this moment goes; milliseconds since the epoch, as is `now`."""
        return now - self.days * _DAY if self.days else 0

    def sentence(self) -> str:
        """What people are told of public inboxes."""
        parts = [f"the newest {self.messages} messages"] if self.messages else ["all messages"]
        if self.days:
            parts.append(f"for {self.days} day{'' if self.days == 1 else 's'}")
        return f"A public inbox keeps {' '.join(parts)}."
