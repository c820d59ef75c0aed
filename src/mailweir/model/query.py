"""What a person looks for among messages, as a tree of terms; `policy.query` reads it from text."""

from typing import Literal

from msgspec import Struct

Field = Literal["subject", "from", "to", "cc", "text", "attachment"]
"""A part of a message that has words."""

Feature = Literal["attachment", "code", "link"]
"""Something that a message has or has not."""


class Words(Struct, frozen=True):
    """These words one after the other, whole and in one field; in any field when `field` is None.

    `prefix`: the last word may go on.
    """

    text: str
    field: Field | None = None
    prefix: bool = False


class Has(Struct, frozen=True):
    """The message has at least one of these."""

    feature: Feature


class Before(Struct, frozen=True):
    """Received earlier than that moment, in milliseconds since the epoch."""

    moment: int


class After(Struct, frozen=True):
    """Received at that moment (milliseconds since the epoch) or later."""

    moment: int


class Header(Struct, frozen=True):
    """A header field of that name, in lower case, has exactly that value, decoded and on one line."""

    name: str
    value: str


class Not(Struct, frozen=True):
    """What does not match that."""

    operand: "Query"


class And(Struct, frozen=True):
    """What matches all of them, two or more."""

    operands: tuple["Query", ...]


class Or(Struct, frozen=True):
    """What matches at least one of them, two or more."""

    operands: tuple["Query", ...]


Term = Words | Has | Before | After | Header
Query = Term | Not | And | Or


class QueryError(Struct, frozen=True):
    """Why a text is no query: the character at which it goes wrong, counted from 0, and one sentence."""

    position: int
    reason: str
