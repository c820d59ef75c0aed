"""What was sent and what was promised, and the audit of what is there.

*Lost* is acknowledged and absent, *invented* is present though its end was never sent, *doubled* is there
more than once in one inbox. Each mail has a token of its own, the last word of its subject, and no sender
tries a mail again.
"""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fakes.api import Api
from load.bodies import Body, plain

PER_INBOX = 300
"""Mails that a load sends to one inbox, so that one list shows it as a whole."""

_AGED = 2.5  # seconds after which a list waits for no digest any more
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
    """Mails by their tokens, all of one kind of body."""

    body: Body = field(default_factory=lambda: plain(1024))
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    def begin(self, token: str, inboxes: Sequence[str]) -> Entry:
        entry = self.entries[token] = Entry(inboxes)
        return entry

    def audit_once_read(self, api: Api) -> Audit:
        """The same of a load that has just ended, without a wait for digests in each list."""
        time.sleep(_AGED)  # noqa: TID251  it is about age
        return self.audit(api)

    def audit(self, api: Api) -> Audit:
        """Looks at every inbox, and at the octets of some mails."""
        entries = self.entries
        found: dict[tuple[str, str], str] = {}
        doubled = 0
        for inbox in sorted({inbox for entry in entries.values() for inbox in entry.inboxes}):
            listed = api.inbox(inbox)
            queue_ids = Counter(one["_id"].split("-")[0] for one in listed)
            here = {(one["subject"].rpartition(" ")[2], inbox): one["_id"] for one in listed}
            doubled += len(listed) - min(len(queue_ids), len(here))
            found |= here
        kept = {token: entry for token, entry in entries.items() if entry.queue_id}
        promised = _copies(kept)
        possible = _copies({token: entry for token, entry in entries.items() if entry.ended})
        sample = sorted(found.keys() & promised)
        random.Random(len(sample)).shuffle(sample)
        return Audit(
            acknowledged=len(kept),
            lost=len(promised - found.keys()),
            invented=len(found.keys() - possible),
            doubled=doubled,
            altered=sum(
                api.content(inbox, found[token, inbox]) != self.body.content(token)
                for token, inbox in sample[:_SAMPLES]
            ),
        )


def _copies(entries: Mapping[str, Entry]) -> set[tuple[str, str]]:
    return {(token, inbox) for token, entry in entries.items() for inbox in entry.inboxes}
