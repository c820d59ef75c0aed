"""What has to be known of accounts for every request and every recipient: in memory, so that nobody waits."""

from typing import Protocol

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox


class Directory(Protocol):
    """This process's own picture of keys and owners, at most a tenth of a second old."""

    def account_of(self, digest: bytes) -> AccountName | None:
        """Whose key this is the digest of; None for a key that is unknown."""
        ...

    def key_name(self, digest: bytes) -> str:
        """What its owner calls that key; empty when it is unknown."""
        ...

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox for himself; None for a public one."""
        ...

    def refresh(self) -> None:
        """Learns at once what was changed up to now. Raises UnavailableError; what was known stays known."""
        ...
