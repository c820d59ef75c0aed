"""What is decided against one step of a delivery, and why: figures that can be looked up later."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final

from msgspec import Struct


class Action(Enum):
    """What is done, from the mildest to the hardest."""

    SLOW = "slow"  # it goes on, after some seconds
    LATER = "later"  # it may be tried again: 4yz
    REFUSE = "refuse"  # it is not taken, however often it is tried: 5yz
    BAN = "ban"  # nothing more is taken from there for a while


class Rule(StrEnum):
    """What has caused it. A closed list: it may be a metric's label and a log's value."""

    ADDRESS = "address"
    NETWORK = "network"
    WIDE_NETWORK = "wide network"
    HELLO = "hello"
    SENDER_DOMAIN = "sender domain"
    SENDER_FAMILY = "sender family"
    NULL_SENDER = "null sender"
    FROM_DOMAIN = "from domain"
    REPLY_TO = "reply to"
    INBOX = "inbox"
    RECIPIENT_HOST = "recipient host"
    ACCOUNT = "account"
    FLOOD = "flood"  # many senders who have something in common
    BAN = "ban"  # an entry of the blocklist
    CONNECTION = "connection"  # too many, too slow, or out of turn
    OVERLOAD = "overload"  # more mail than can be kept, and others have a greater claim
    NOT_OURS = "not ours"  # mail for a host that this service does not receive for
    ELSEWHERE = "elsewhere"  # the key of that login is for another place


class Ruling(Struct, frozen=True, gc=False):
    """`seconds`: how long an answer is held (SLOW), until it may be tried again (LATER), or a ban holds.

    0 for what is refused, and where nobody knows.

    `subject` is the key that the rule counts by, no longer than SUBJECT_LENGTH. `figures` say what was
    counted, against what. `code` stands in the reply and finds the record of it; the same rule and
    subject have the same one.
    """

    action: Action
    rule: Rule
    seconds: float
    subject: str
    figures: Mapping[str, float]
    code: str


SUBJECT_LENGTH: Final = 100
"""Characters of a subject that are kept."""
