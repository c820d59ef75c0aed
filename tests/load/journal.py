"""What was sent and what was promised, and the audit of what is there.

*Lost* is acknowledged and absent, *invented* is present though its end was never sent, *doubled* is there
more than once in one inbox. Each mail has a subject of its own, and no sender tries a mail again.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fakes.api import Api
from fakes.smtp_client import a_message

_SAMPLES = 200  # mails whose octets are compared


@dataclass(slots=True)
class Entry:
    """One mail. `ended` before its end leaves; `queue_id` once it is acknowledged."""

    inboxes: Sequence[str]
    ended: bool = False
    queue_id: str = ""

    def end(self) -> None:
        self.ended = True


@dataclass(frozen=True, slots=True)
class Audit:
    """What is there, against what was promised. Counts of copies in inboxes, and of `acknowledged` mails."""

    acknowledged: int
    lost: int
    invented: int
    doubled: int
    altered: int

    @property
    def clean(self) -> bool:
        return (self.lost, self.invented, self.doubled, self.altered) == (0, 0, 0, 0)


@dataclass(slots=True)
class Journal:
    """Mails by their subjects. `noisy` ones cannot be compressed, so that they fill a disk."""

    size: int = 1024
    noisy: bool = False
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    def begin(self, subject: str, inboxes: Sequence[str]) -> Entry:
        entry = self.entries[subject] = Entry(inboxes)
        return entry

    def content(self, subject: str) -> bytes:
        """The octets of the mail with that subject."""
        if not self.noisy:
            return a_message(subject, self.size)
        noise = random.Random(subject).randbytes(self.size // 2).hex()
        lines = "".join(f"{noise[at : at + 76]}\r\n" for at in range(0, len(noise), 76))
        return a_message(subject) + lines.encode()

    def audit(self, api: Api) -> Audit:
        """Looks at every inbox, and at the octets of some mails."""
        entries = self.entries
        found: dict[tuple[str, str], str] = {}
        doubled = 0
        for inbox in sorted({inbox for entry in entries.values() for inbox in entry.inboxes}):
            listed = api.inbox(inbox)
            queue_ids = Counter(one["_id"].split("-")[0] for one in listed)
            here = {(one["subject"], inbox): one["_id"] for one in listed}
            doubled += len(listed) - min(len(queue_ids), len(here))
            found |= here
        kept = {subject: entry for subject, entry in entries.items() if entry.queue_id}
        promised = _copies(kept)
        possible = _copies({subject: entry for subject, entry in entries.items() if entry.ended})
        sample = sorted(found.keys() & promised)
        random.Random(len(sample)).shuffle(sample)
        return Audit(
            acknowledged=len(kept),
            lost=len(promised - found.keys()),
            invented=len(found.keys() - possible),
            doubled=doubled,
            altered=sum(
                api.content(inbox, found[subject, inbox]) != self.content(subject)
                for subject, inbox in sample[:_SAMPLES]
            ),
        )


def _copies(entries: Mapping[str, Entry]) -> set[tuple[str, str]]:
    return {(subject, inbox) for subject, entry in entries.items() for inbox in entry.inboxes}
