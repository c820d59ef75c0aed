"""How marks change, and who may change them."""

import re
from typing import Final

from msgspec.structs import replace

from mailweir.model.account import AccountName
from mailweir.model.marks import Folder, Marks

STARS: Final = 1000
"""Messages that one account may save: they do not expire, and whoever lists an inbox steps over them."""

LABELS: Final = 20
"""Labels of one message."""

LABEL: Final = 64
"""Characters of one label."""

_LABEL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def is_label(text: str) -> bool:
    """Whether a text may be a label."""
    return len(text) <= LABEL and _LABEL.fullmatch(text) is not None and text == text.strip() != ""


def toggled(marks: Marks, account: AccountName) -> Marks:
    """Saved by that account, or by nobody when it was."""
    return replace(marks, saved_by=None if marks.saved_by == account else account)


def labelled(marks: Marks, label: str) -> Marks:
    """With that label; the same when it has it, or has LABELS others."""
    if label in marks.labels or len(marks.labels) >= LABELS:
        return marks
    return replace(marks, labels=(*marks.labels, label))


def unlabelled(marks: Marks, label: str) -> Marks:
    """Without that label."""
    return replace(marks, labels=tuple(one for one in marks.labels if one != label))


def relabelled(marks: Marks, labels: tuple[str, ...]) -> Marks:
    """With these labels in place of all others."""
    return replace(marks, labels=tuple(dict.fromkeys(labels)))


def moved(marks: Marks, folder: Folder) -> Marks:
    """In that folder."""
    return replace(marks, folder=folder)


def noted(marks: Marks, *, read: bool) -> Marks:
    """Read, or not."""
    return replace(marks, read=read)


def may_mark(account: AccountName, owner: AccountName | None, marks: Marks) -> bool:
    """Whether it is that account's to sort: by its address, or because it is saved by it."""
    return account in {owner, marks.saved_by}
