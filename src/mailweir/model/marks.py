"""What people have noted about one copy of a message."""

from typing import Literal

from msgspec import Struct

from mailweir.model.account import AccountName

Folder = Literal["inbox", "all", "spam", "trash"]


class Marks(Struct, frozen=True, gc=False):
    """`saved_by` is the account that keeps the copy from everybody else, and from retention.

    `read` is None as long as nobody has said. Labels in the order in which they were put on.
    """

    saved_by: AccountName | None = None
    folder: Folder = "inbox"
    labels: tuple[str, ...] = ()
    read: bool | None = None


UNMARKED = Marks()
