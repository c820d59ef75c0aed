"""Which messages somebody means who looks through his mail: by parts of texts, not by whole words."""

from msgspec import Struct

from mailweir.model.address import Inbox
from mailweir.model.digest import Brief, Mailbox
from mailweir.model.marks import Marks


class Conditions(Struct, frozen=True):
    """What must hold of a message, all of it; texts in any case, empty for what is not asked.

    `to` is part of a recipient or the whole inbox.
    """

    subject: str = ""
    sender: str = ""
    to: str = ""
    read: bool | None = None

    @property
    def none(self) -> bool:
        """Whether nothing is asked."""
        return self == Conditions()


def meets(conditions: Conditions, inbox: Inbox, brief: Brief, marks: Marks) -> bool:
    """Whether a message is as the conditions say."""
    return (
        (conditions.read is None or conditions.read == (marks.read is True))
        and _is_in(conditions.subject, brief.subject)
        and _is_of(conditions.sender, brief.sender)
        and (inbox == conditions.to.lower() or _is_of(conditions.to, (*brief.to, *brief.cc)))
    )


def mentions(text: str, inbox: Inbox, brief: Brief) -> bool:
    """Whether a text is part of the subject, the sender, a recipient, or the inbox."""
    people = (*brief.sender, *brief.to, *brief.cc)
    return _is_in(text, brief.subject) or _is_in(text, inbox) or _is_of(text, people)


def _is_of(text: str, people: tuple[Mailbox, ...]) -> bool:
    return not text or any(_is_in(text, f"{one.name} <{one.address}>") for one in people)


def _is_in(text: str, whole: str) -> bool:
    return text.casefold() in whole.casefold()
