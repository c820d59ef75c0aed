"""What travels on the bus. Losing any of it costs a moment, never a message."""

from typing import Literal

from msgspec import Struct

from mailweir.model.address import Inbox


class Nudge(Struct, frozen=True, array_like=True, tag="n"):
    """These inboxes have changed: *look*, it never says what there is to see."""

    inboxes: tuple[Inbox, ...]


class Heartbeat(Struct, frozen=True, array_like=True, tag="h"):
    """A process says how it is, about once a second. `trouble` is a sentence; empty when it is well."""

    role: str
    pid: int
    trouble: str = ""


class Waited(Struct, frozen=True, array_like=True, tag="w"):
    """Somebody has waited at an address of a run, until `at`, for what `asked` says.

    `kind`: for it, or for none. `found`: the id of the message that he was given, None when there was none.
    `near`: how many were near; None when he has not waited to the end.
    """

    inbox: Inbox
    kind: Literal["wait", "quiet"]
    asked: tuple[tuple[str, str], ...]
    since: int
    at: int
    found: str | None
    near: int | None


Signal = Nudge | Heartbeat | Waited
