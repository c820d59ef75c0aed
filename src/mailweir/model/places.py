"""Where mail lies: some inboxes, whole hosts, and what somebody has saved."""

from msgspec import Struct

from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox


class Places(Struct, frozen=True):
    """Inboxes, hosts with all of their inboxes, and what `saved_by` has saved, wherever that is."""

    inboxes: tuple[Inbox, ...] = ()
    hosts: tuple[Host, ...] = ()
    saved_by: AccountName | None = None
