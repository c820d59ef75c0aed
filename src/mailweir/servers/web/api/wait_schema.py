"""What a wait answers in JSON: the message, why there was none, or a silence."""

from typing import Literal

from msgspec import Struct

from mailweir.servers.web.api.schema import ActionView, CodeView, EmailMessage


class Awaited(Struct, frozen=True):
    """The message that was waited for, its codes and its links, the most likely first."""

    message: EmailMessage
    codes: list[CodeView]
    links: list[str]
    actions: list[ActionView]


class Nearest(Struct, frozen=True):
    """A message that was not the one, and why."""

    message: EmailMessage
    failed: list[str]


class RefusedMail(Struct, frozen=True):
    """Mail for this address that was slowed, put off or refused, with which reply, and when.

    `action`: slow, later, refuse or ban; `reply` is empty when it was only slowed. `rule` has caused it, and
    `seconds` is how long it was held, or until when it may be tried again. `code` finds more of it at
    /api/deliveries.
    """

    recipient: str
    reply: str
    at: str
    action: Literal["slow", "later", "refuse", "ban"]
    rule: str
    seconds: float
    code: str


class Intake(Struct, frozen=True):
    """Whether this server is well just now: a test tells its fault from the application's by that."""

    healthy: bool
    reasons: list[str]


class NothingCame(Struct, frozen=True):
    """Nothing came that fits: what was near and what was refused, newest first, and how the server is."""

    error: str
    message: str
    status: int
    nearest: list[Nearest]
    refused: list[RefusedMail]
    intake: Intake


class Quiet(Struct, frozen=True):
    """Nothing that fits has come for so many seconds."""

    quiet: bool
    seconds: int


class NotQuiet(Struct, frozen=True):
    """Something has come."""

    error: str
    status: int
    message: EmailMessage
