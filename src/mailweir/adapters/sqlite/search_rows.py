"""Digests to rows of the index of words, and the words of ours that stand in its column `marks`."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.digest import Digest
from mailweir.model.query import Field
from mailweir.policy.searched import FIELDS, features, headers, texts

COLUMNS: Final[Mapping[Field, str]] = dict(
    zip(FIELDS, ("subject", "sender", "recipient", "copied", "body", "attachment"), strict=True)
)
"""Where the words of a field stand."""

ALL: Final = "all"
"""Marks every row."""

SearchRow = tuple[int, str, str, str, str, str, str, str]
"""The rowid, and all columns of `search`."""


def search_row(message: int, digest: Digest, sender: str | None, inboxes: Sequence[Inbox]) -> SearchRow:
    """The row of a message that lies in these inboxes."""
    marks = [ALL, *features(digest)]
    marks += {header_mark(name, value) for name, value in headers(digest)}
    marks += map(inbox_mark, inboxes)
    subject, author, to, copied, body, attachment = texts(digest, sender).values()
    return message, subject, author, to, copied, body, attachment, " ".join(marks)


def header_mark(name: str, value: str) -> str:
    """Stands for one header field; 64 bits, so that no sender makes rows long."""
    return "h" + _hash(f"{name}\0{value}")


def inbox_mark(inbox: Inbox) -> str:
    """Stands for one inbox."""
    return "i" + _hash(inbox)


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
