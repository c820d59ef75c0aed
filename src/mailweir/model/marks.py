"""What people have noted about one copy of a message."""

from typing import Final, Literal

from msgspec import Struct

from mailweir.model.account import AccountName

Folder = Literal["inbox", "all", "spam", "trash"]

PUT_AWAY: Final[frozenset[Folder]] = frozenset({"spam", "trash"})
"""The folders whose messages are shown only to those who look for them."""


class Marks(Struct, frozen=True, gc=False):
    """`saved_by` is the account that keeps the copy from everybody else, and from retention.

    `read` is None as long as nobody has said. Labels in the order in which they were put on. `claimed`:
    whether somebody who waited for it has been given it for himself.
    """

    saved_by: AccountName | None = None
    folder: Folder = "inbox"
    labels: tuple[str, ...] = ()
    read: bool | None = None
    claimed: bool = False


UNMARKED = Marks()
