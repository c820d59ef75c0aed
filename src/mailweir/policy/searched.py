"""Which part of a message is searched, and by which name: one rule for every store."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from mailweir.model.digest import Digest, Mailbox
from mailweir.model.query import Feature, Field

FIELDS: Final[Sequence[Field]] = ("subject", "from", "to", "cc", "text", "attachment")
"""All of them, in the order in which a store keeps them."""

TEXT: Final = 256 * 1024
"""Characters of a field in which words are found: some 40,000 words, more than people write or read."""

HEADER_VALUES: Final = 200
"""Header fields of a message that are found by their value; the longest mail in use has some 100."""


def texts(digest: Digest, sender: str | None) -> Mapping[Field, str]:
    """The text of every field. `sender` stands in for authors whom the message does not name."""
    brief = digest.brief
    return {
        "subject": brief.subject[:TEXT],
        "from": _people(brief.sender) or (sender or "")[:TEXT],
        "to": _people(brief.to),
        "cc": _people((*brief.cc, *brief.bcc)),
        "text": digest.text[:TEXT],
        "attachment": "\n".join(one.name for one in digest.attachments)[:TEXT],
    }


def features(digest: Digest) -> Iterable[Feature]:
    """What the message has."""
    if digest.attachments:
        yield "attachment"
    if digest.brief.codes:
        yield "code"
    if digest.brief.links:
        yield "link"


def headers(digest: Digest) -> Iterable[tuple[str, str]]:
    """Name in lower case and value of the first header fields."""
    return ((name.lower(), value) for name, value in islice(digest.headers, HEADER_VALUES))


def _people(mailboxes: Iterable[Mailbox]) -> str:
    return "\n".join(f"{one.name} {one.address}" for one in mailboxes)[:TEXT]
