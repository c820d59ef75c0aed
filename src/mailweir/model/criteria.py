"""What a message has to be like that somebody waits for."""

from enum import Enum
from typing import Final, Literal

from msgspec import Struct

LOOKS_BACK: Final = 60
"""Seconds before the call from which on messages count when nothing else is said."""

LONGEST_WAIT: Final = 300
"""Seconds that somebody may wait."""

Required = Literal["code", "link", "attachment"]


class Criteria(Struct, frozen=True):
    """Parts of texts, in any case; "" for any. `regex` in the syntax of RE2, over subject, a line end, text.

    `sender` and `to` are parts of a person's address or name, `to` also of the recipient in the envelope.
    """

    sender: str = ""
    to: str = ""
    subject: str = ""
    text: str = ""
    regex: str = ""
    require: Required | None = None


class Failed(Enum):
    """Why a message is not the one that is waited for."""

    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    TEXT = "text"
    REGEX = "regex"
    NO_CODE = "no code"
    NO_LINK = "no link"
    NO_ATTACHMENT = "no attachment"
    PENDING = "pending"  # nothing was read out of it yet
    UNREADABLE = "unreadable"  # nothing can be
    CLAIMED = "claimed"  # another waiter has it
    TOO_EARLY = "too early"
    OTHER_INBOX = "other inbox"
